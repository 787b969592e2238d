/** The server's push door as the protocol describes it, over a network that can fail. */
import { SignedOut, Unreachable } from "../../src/data/errors";
import type { Courier } from "../../src/offline/push";
import type { Answer, CommandRow, Id, WireCall } from "../../src/offline/types";

export type Weather = "fine" | "request lost" | "answer lost" | "503" | "signed out";

/** What the server makes of a call: its body says so. */
export type Fate = { refuse?: boolean; poison?: boolean; faults?: number };

const plain: Answer = { status: "accepted", code: null, field: null, data: {}, records: [], attention: null };

export class PushDoor {
  /** Effects, in the order in which they were booked. */
  readonly applied: WireCall[] = [];
  readonly requests: WireCall[][] = [];
  /** Of each id the first answer that is final. */
  readonly log = new Map<Id, { body: string; answer: Answer }>();
  readonly #faults = new Map<Id, number>();
  weather: Weather[] = [];

  readonly courier: Courier = async (text) => {
    const weather = this.weather.shift() ?? "fine";
    if (weather === "request lost" || weather === "503") throw new Unreachable(weather);
    if (weather === "signed out") throw new SignedOut("invalid_grant");
    const { calls } = JSON.parse(text) as { calls: WireCall[] };
    this.requests.push(calls);
    const answer = this.answer(calls);
    if (weather === "answer lost") throw new Unreachable(weather);
    return answer;
  };

  answer(calls: readonly WireCall[]): { status: number; body: unknown } {
    if (calls.some(({ body }) => (body as Fate).poison)) return { status: 400, body: { error: "malformed" } };
    const stopped = new Set<string>();
    const outcomes = calls.map((call) => {
      const answer = this.take(call, stopped);
      if (answer.status === "failed") stopped.add(call.lane);
      return { id: call.id, ...answer };
    });
    return { status: 200, body: { outcomes, now: new Date().toISOString() } };
  }

  take(call: WireCall, stopped: ReadonlySet<string>): Answer {
    if (stopped.has(call.lane)) return { ...plain, status: "deferred", code: "lane_stopped" };
    for (const id of call.dependsOn) {
      const before = this.log.get(id)?.answer.status;
      if (before === "refused") return { ...plain, status: "refused", code: "dependency_refused" };
      if (before !== "accepted") return { ...plain, status: "deferred", code: "dependency_open" };
    }
    const body = JSON.stringify(call.body);
    const known = this.log.get(call.id);
    if (known) return known.body === body ? known.answer : { ...plain, status: "refused", code: "key_reuse" };
    const fate = call.body as Fate;
    const faults = this.#faults.get(call.id) ?? 0;
    if (faults < (fate.faults ?? 0)) {
      this.#faults.set(call.id, faults + 1);
      return { ...plain, status: "failed" };
    }
    const answer: Answer = fate.refuse ? { ...plain, status: "refused", code: "insufficient_stock" } : plain;
    this.log.set(call.id, { body, answer });
    if (!fate.refuse) this.applied.push(call);
    return answer;
  }

  /** What a pull brings of what has become of calls. */
  rows(): CommandRow[] {
    return [...this.log].map(([id, { answer }]) => ({ id, ...answer }));
  }
}
