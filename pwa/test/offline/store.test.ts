import "fake-indexeddb/auto";
import * as fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { attempt, DatabaseLost, StorageFull } from "../../src/offline/attempt";
import { Database, listDatabases, wipe } from "../../src/offline/db";
import type { KeptPart, PartKey } from "../../src/offline/keys";
import { pull } from "../../src/offline/pull";
import { begin, keep, readPast, readQueue, settle } from "../../src/offline/queue";
import { seal, unseal } from "../../src/offline/secret";
import { LEASE_MS, leaseAt } from "../../src/offline/storage";
import { freshDevice, held, HERE, idOf, offered, price, product, restarted, THERE, transfer, unit } from "./device";
import { COMPANY, type Fault, SyncServer, USER } from "./server";

const KEYS = [
  "unit@common",
  "product@common",
  "product_price@common",
  `transfer@w:${HERE}`,
  `transfer@w:${THERE}`,
  `command@u:${USER}`,
] as const satisfies PartKey[];
const KEPT = ["unit", "product", "product_price", "transfer"] as const satisfies KeptPart[];
const FAULTS: Fault[] = ["request lost", "answer lost", "overloaded", "portal", "unauthorized"];

const call = (n: number) => ({
  id: idOf(1000 + n),
  name: "inventory.record_count",
  version: 1,
  body: { n },
  occurredAt: "2026-11-24T08:00:00Z",
  lane: `lane ${n % 3}`,
  dependsOn: [],
  label: { title: `call ${n}` },
});

const answerTo = (n: number, status: "accepted" | "refused") => ({
  id: idOf(1000 + n),
  status,
  code: status === "refused" ? "not_enough" : null,
  field: null,
  data: {},
  records: [],
  attention: null,
});

/** One thing that happens on the server, on the way, or on the device. */
type Step =
  | { do: "put"; key: PartKey; id: number; value: number; closed: boolean }
  | { do: "remove"; key: PartKey; id: number }
  | { do: "grant" | "revoke"; key: PartKey }
  | { do: "fault"; fault: Fault; after: number }
  | { do: "crash"; after: number }
  | { do: "tear"; after: number }
  | { do: "forget" }
  | { do: "repack"; chunks: number }
  | { do: "work" | "accept" | "refuse"; n: number }
  | { do: "pull"; page: number };

const key = fc.constantFrom<PartKey[]>(...KEYS.slice(0, 5));
const id = fc.integer({ min: 0, max: 30 });
const after = fc.integer({ min: 0, max: 12 });
const n = fc.integer({ min: 0, max: 5 });
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("put"), key, id, value: fc.nat(99), closed: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("remove"), key, id }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("grant", "revoke"), key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("fault"), fault: fc.constantFrom(...FAULTS), after }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("crash"), after }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("tear"), after }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("forget") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("repack"), chunks: fc.constantFrom(2, 4, 8) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("work", "accept", "refuse"), n }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("pull"), page: fc.constantFrom(1, 3, 1000) }) },
) as fc.Arbitrary<Step>;

class Trial {
  readonly server = new SyncServer();
  readonly answered = new Map<number, "accepted" | "refused">();
  readonly made = new Set<number>();
  #countdown = -1;
  #tear = -1;

  constructor(public db: Database) {
    for (const one of KEYS) this.server.visible.add(one);
    this.server.before = () => {
      if (this.#countdown-- === 0) throw new Error("killed");
    };
  }

  async take(step: Step) {
    const { server } = this;
    if (step.do === "put") server.put(step.key, this.#row(step));
    else if (step.do === "remove") this.#remove(step.key, step.id);
    else if (step.do === "grant") server.visible.add(step.key);
    else if (step.do === "revoke") server.visible.delete(step.key);
    else if (step.do === "fault") server.faults.push(...Array<"none">(step.after).fill("none"), step.fault);
    else if (step.do === "crash") this.#countdown = step.after;
    else if (step.do === "tear") this.#tear = step.after;
    else if (step.do === "forget") server.forget();
    else if (step.do === "repack") server.chunks = step.chunks;
    else if (step.do === "pull") await this.#pull(step.page);
    else if ("n" in step) await this.#work(step);
  }

  #remove(from: PartKey, which: number) {
    this.server.remove(from, idOf(which));
    if (from === "product@common") this.server.remove("product_price@common", idOf(which));
  }

  #row(step: Extract<Step, { do: "put" }>) {
    if (step.key === "unit@common") return unit(step.id, `${step.value}`);
    if (step.key === "product@common") return product(step.id, `${step.value}`);
    if (step.key === "product_price@common") {
      this.server.put("product@common", product(step.id)); // no price without a product
      return price(step.id, step.closed ? null : `${step.value}`);
    }
    // Both ends of a transfer have it, and say the same of it.
    const row = transfer(step.id, step.closed ? "RECEIVED" : "SENT", `${step.value}`);
    const [other] = KEYS.filter((one) => one.startsWith("transfer") && one !== step.key);
    if (other) this.server.put(other, row);
    return row;
  }

  async #work(step: Extract<Step, { do: "work" | "accept" | "refuse" }>) {
    if (step.do === "work") {
      if (this.answered.has(step.n)) return;
      this.made.add(step.n);
      await keep(this.db, call(step.n));
    } else if (this.made.has(step.n) && !this.answered.has(step.n)) {
      const status = step.do === "accept" ? "accepted" : "refused";
      this.answered.set(step.n, status);
      this.server.put("unit@common", unit(step.n, `by call ${step.n}`));
      this.server.answer(USER, answerTo(step.n, status));
    }
  }

  async #pull(page: number) {
    this.server.page = page;
    const torn = () => {
      if (this.#tear-- === 0) throw new Error("torn");
    };
    this.db.meta.hook("updating", torn);
    try {
      await pull(this.db);
    } catch {
      this.db = await restarted();
    }
  }

  /** Nothing happens any more, and everything works. */
  async settle() {
    this.server.faults.length = 0;
    this.#countdown = -1;
    this.#tear = -1;
    this.server.page = 1000;
    this.db = await restarted();
    await pull(this.db);
  }
}

describe("whatever happens on the way", () => {
  test("the device ends with what the server lets this person see, and with every call that is not answered", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 1, maxLength: 60 }), async (steps) => {
        const trial = new Trial(await freshDevice());
        for (const one of steps) await trial.take(one);
        await trial.settle();
        const { db, server, made, answered } = trial;
        for (const part of KEPT) {
          const wanted = (row: object) => !("price" in row && row.price === null); // not there is the same as none
          const open = offered(server, part).filter((row) => row.status !== "RECEIVED");
          expect((await held(db, part)).filter(wanted)).toEqual(open.filter(wanted));
        }
        const gone: PartKey[] = KEYS.filter((one) => !server.visible.has(one));
        const packs = await db.pack.toCollection().primaryKeys();
        expect(packs.filter((pack) => gone.some((one) => pack.startsWith(one)))).toEqual([]);
        expect(await db.staged.count()).toBe(0);
        const queue = new Map((await readQueue(db)).map((one) => [one.body.n, one.state]));
        const expected = [...made].filter((one) => answered.get(one) !== "accepted");
        expect(queue).toEqual(new Map(expected.map((one) => [one, answered.get(one) ?? "waiting"])));
        expect((await readPast(db)).length).toBe(made.size - expected.length);
      }),
      { numRuns: Number(process.env.FC_RUNS ?? 60) },
    );
  }, 120_000);
});

describe("a database", () => {
  afterEach(() => wipe(COMPANY, HERE));

  test("belongs to one company and person, and says what waits in it", async () => {
    const db = await freshDevice();
    const other = await new Database(COMPANY, HERE).ready();
    await keep(other, call(1));
    await keep(other, call(2));
    await keep(other, call(3));
    await begin(other, [call(2).id, call(3).id]);
    await settle(other, [answerTo(3, "refused")]);
    const found = await listDatabases();
    expect(found).toHaveLength(2);
    expect(found.find(({ userId }) => userId === HERE)).toMatchObject({ companyId: COMPANY, unsent: 2, attention: 1 });
    expect(found.find(({ userId }) => userId === USER)).toMatchObject({ unsent: 0, attention: 0 });
    expect(await readQueue(db)).toEqual([]);
    other.shut();
  });

  test("is let go of when another tab wipes it, and is not brought back", async () => {
    const db = await freshDevice();
    await db.meta.put("c1", "cursor");
    await wipe(COMPANY, USER);
    await expect(attempt(db, () => db.fact("cursor"))).rejects.toThrow(DatabaseLost);
    expect(await listDatabases()).toEqual([]);
  });

  test("is opened once more when the browser has closed it", async () => {
    const db = await freshDevice();
    await db.meta.put("c1", "cursor");
    db.close();
    expect(await attempt(db, () => db.fact("cursor"))).toBe("c1");
  });

  test("says when there is no room", async () => {
    const db = await freshDevice();
    const full = () => Promise.reject(new DOMException("full", "QuotaExceededError"));
    await expect(attempt(db, full)).rejects.toThrow(StorageFull);
  });

  test("keeps one key, whichever tab made it first", async () => {
    const [one, other] = [new Database(COMPANY, HERE), new Database(COMPANY, HERE)];
    await Promise.all([one.ready(), other.ready()]);
    expect(await unseal(other.key, await seal(one.key, { price: "12.50" }))).toEqual({ price: "12.50" });
    one.shut();
    other.shut();
  });
});

test("two weeks without a word from the server lock the device, and so does a clock that was put back", () => {
  const now = Date.parse("2026-11-24T08:00:00Z");
  expect(leaseAt(undefined, now).locked).toBe(false);
  expect(leaseAt(now - LEASE_MS, now).locked).toBe(false);
  expect(leaseAt(now - LEASE_MS - 1, now).locked).toBe(true);
  expect(leaseAt(now + 3_600_000, now).locked).toBe(false);
  expect(leaseAt(now + 2 * 24 * 3_600_000, now).locked).toBe(true);
});
