/**
 * Sends the queue. Calls of a lane go in the order of their making, lanes do not wait for each other, and a call waits
 * for what it depends on. One flush at a time on this device: the lock saves traffic; that nothing is done twice rests
 * on the server, which knows the ids.
 */
import { SignedOut, Unreachable } from "../data/errors";
import { attempt } from "./attempt";
import type { Database, StoredCall } from "./db";
import { begin, failed, opened, settle } from "./queue";
import type { Answer, Id, WireCall } from "./types";

const CALLS_AT_ONCE = 50;
const BYTES_AT_ONCE = 240_000;
const READ_AT_ONCE = 200;
const LOCK_MS = 20_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/** Takes a body to /sync/push in the name of this database's person. Throws Unreachable or SignedOut. */
export type Courier = (body: string) => Promise<{ status: number; body: unknown }>;

export type Flushed =
  | { end: "empty" }
  | { end: "paused"; until: number } // something is left and has to wait
  | { end: "unreachable" }
  | { end: "signed-out" }
  | { end: "busy" }; // another tab is at it

/** Its parts the server could not read are answered one by one; a request as a whole is not, unless it is our fault. */
const POISONED = new Set([400, 413, 422]);

/** Refused without ever having been a call to the server. */
export const MALFORMED_REQUEST = "malformed_request";

type Outcome = Answer & { id: Id | null };
type Pause = { until: number; tries: number };

const later = (tries: number) => {
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries);
  return pause * (0.5 + Math.random() / 2);
};

export class Pusher {
  readonly #db: Database;
  readonly #courier: Courier;
  /** Lanes that have to wait, each for itself. Forgotten with the tab: the next one just asks again. */
  readonly #pauses = new Map<string, Pause>();

  constructor(db: Database, courier: Courier) {
    this.#db = db;
    this.#courier = courier;
  }

  /** A person asked for it, or the network is back: nothing waits any longer. */
  hurry() {
    this.#pauses.clear();
  }

  async flush(): Promise<Flushed> {
    const patience = AbortSignal.timeout(LOCK_MS);
    try {
      return await navigator.locks.request(`huotong.push:${this.#db.name}`, { signal: patience }, () => this.#run());
    } catch (error) {
      if (error === patience.reason) return { end: "busy" };
      throw error;
    }
  }

  async #run(): Promise<Flushed> {
    let limit = CALLS_AT_ONCE;
    for (;;) {
      const batch = await this.#next(limit);
      if (batch.length === 0) return this.#rest();
      const ids = batch.map((call) => call.id);
      // Whoever decided about one of them meanwhile comes first.
      if ((await begin(this.#db, ids)).length < batch.length) continue;
      const answer = await this.#send(batch);
      if ("end" in answer) {
        await failed(this.#db, ids, answer.end);
        return answer;
      }
      const outcomes = (answer.body as { outcomes?: unknown } | null)?.outcomes;
      if (answer.status === 200 && Array.isArray(outcomes)) {
        await this.#settle(batch, outcomes as Outcome[]);
        limit = Math.min(CALLS_AT_ONCE, limit * 2);
      } else if (!POISONED.has(answer.status)) {
        await failed(this.#db, ids, `HTTP ${answer.status}`);
        return { end: "unreachable" };
      } else if (batch.length > 1) {
        limit = Math.ceil(batch.length / 2); // one of them is the poison
      } else {
        await this.#settle(batch, [poison(ids[0] as Id, answer)]);
        limit = CALLS_AT_ONCE;
      }
    }
  }

  async #send(calls: readonly WireCall[]): Promise<Awaited<ReturnType<Courier>> | Flushed> {
    try {
      return await this.#courier(JSON.stringify({ deviceTime: new Date().toISOString(), calls }));
    } catch (error) {
      if (error instanceof Unreachable) return { end: "unreachable" };
      if (error instanceof SignedOut) return { end: "signed-out" };
      throw error;
    }
  }

  /** The outcomes are in the order of the calls; of one that could not be read not even the id may be known. */
  async #settle(batch: readonly WireCall[], outcomes: readonly Outcome[]) {
    const answers = batch.map((call, index) => ({
      ...(outcomes[index] ?? { ...NOTHING, status: "failed" as const }),
      id: call.id,
    }));
    for (const [index, { status }] of answers.entries()) {
      const lane = batch[index]?.lane ?? "";
      if (status === "deferred" || status === "failed") this.#pause(lane);
      else this.#pauses.delete(lane);
    }
    await settle(this.#db, answers);
  }

  #pause(lane: string) {
    const before = this.#pauses.get(lane);
    if (before && before.until > Date.now()) return; // an earlier call of this batch
    const tries = before?.tries ?? 0;
    this.#pauses.set(lane, { until: Date.now() + later(tries), tries: tries + 1 });
  }

  #rest(): Flushed {
    const untils = [...this.#pauses.values()].map(({ until }) => until).filter((until) => until > Date.now());
    return untils.length > 0 ? { end: "paused", until: Math.min(...untils) } : { end: "empty" };
  }

  /** The next calls that may go, in their order; a lane stops at the first of its calls that may not. */
  async #next(limit: number): Promise<WireCall[]> {
    const batch: WireCall[] = [];
    const going = new Set<Id>();
    const stopped = new Set([...this.#pauses].filter(([, { until }]) => until > Date.now()).map(([lane]) => lane));
    let bytes = 0;
    for await (const stored of this.#unsent()) {
      if (stopped.has(stored.lane)) continue;
      if (!(await this.#may(stored, going))) {
        stopped.add(stored.lane);
        continue;
      }
      const call = wire(await opened(this.#db, stored));
      bytes += new TextEncoder().encode(JSON.stringify(call)).length + 1;
      if (batch.length > 0 && bytes > BYTES_AT_ONCE) break;
      batch.push(call);
      going.add(call.id);
      if (batch.length >= limit) break;
    }
    return batch;
  }

  async *#unsent(): AsyncGenerator<StoredCall> {
    const { call } = this.#db;
    for (let from = 0, more = true; more;) {
      const page = await attempt(this.#db, async () => {
        const [waiting, sent] = await Promise.all(
          ["waiting", "sent"].map((state) =>
            call
              .where("[state+n]")
              .between([state, from], [state, Number.MAX_SAFE_INTEGER])
              .limit(READ_AT_ONCE)
              .toArray(),
          ),
        );
        return [...(waiting ?? []), ...(sent ?? [])].toSorted((a, b) => a.n - b.n).slice(0, READ_AT_ONCE);
      });
      yield* page;
      more = page.length === READ_AT_ONCE;
      from = (page.at(-1)?.n ?? 0) + 1;
    }
  }

  /** Is everything it depends on done, or on its way before it? */
  async #may(call: StoredCall, going: ReadonlySet<Id>): Promise<boolean> {
    const open = call.dependsOn.filter((id) => !going.has(id));
    if (open.length === 0) return true;
    const states = (await this.#db.call.bulkGet(open)).map((one) => one?.state ?? "done");
    return states.every((state) => state === "done" || state === "accepted");
  }
}

const NOTHING: Omit<Answer, "status"> = { code: null, field: null, data: {}, records: [], attention: null };

const poison = (id: Id, answer: { status: number; body: unknown }): Outcome => ({
  ...NOTHING,
  id,
  status: "refused",
  code: MALFORMED_REQUEST,
  data: { http: answer.status },
});

const wire = ({ id, name, version, body, occurredAt, lane, dependsOn }: WireCall): WireCall => ({
  id,
  name,
  version,
  body,
  occurredAt,
  lane,
  dependsOn,
});
