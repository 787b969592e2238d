import "fake-indexeddb/auto";
import * as fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { uuid7 } from "../../src/data/uuid";
import { Database } from "../../src/offline/db";
import { discard, redo } from "../../src/offline/decide";
import { Pusher } from "../../src/offline/push";
import { keep, onCommandRows, readPast, readQueue, STUCK } from "../../src/offline/queue";
import type { Id } from "../../src/offline/types";
import { freshDevice, restarted } from "./device";
import { type Fate, PushDoor, type Weather } from "./door";
import { Doom, Killed } from "./doom";
import { COMPANY, USER } from "./server";

let db: Database;
let door: PushDoor;
let pusher: Pusher;

beforeEach(async () => {
  db = await freshDevice();
  door = new PushDoor();
  pusher = new Pusher(db, door.courier);
});

type Made = { id?: Id; lane?: string; dependsOn?: Id[]; fate?: Fate; bulk?: number };

async function make(on: Database, { id = uuid7(), lane = "a", dependsOn = [], fate = {}, bulk = 1 }: Made = {}) {
  await keep(on, {
    id,
    name: "inventory.record_count",
    version: 1,
    body: { ...fate, text: "x".repeat(bulk) },
    occurredAt: "2026-11-24T08:00:00Z",
    lane,
    dependsOn,
    label: { title: "count" },
  });
  return id;
}

const states = async () => (await readQueue(db)).map(({ state }) => state);
const appliedIds = () => door.applied.map(({ id }) => id);

async function pullAnswers(on = db) {
  await on.transaction("rw", on.call, on.past, () => onCommandRows(on, door.rows()));
}

test("calls go once, in order, and leave when their rows are here", async () => {
  const ids = [await make(db), await make(db), await make(db, { lane: "b" })];
  expect(await pusher.flush()).toEqual({ end: "empty" });
  expect(appliedIds()).toEqual(ids);
  expect(await states()).toEqual(["accepted", "accepted", "accepted"]);
  await pullAnswers();
  expect(await states()).toEqual([]);
  expect((await readPast(db)).map(({ ending }) => ending)).toEqual(["done", "done", "done"]);
  expect(await pusher.flush()).toEqual({ end: "empty" });
  expect(door.requests).toHaveLength(1);
});

test("many calls go by fifty, and never more than a request may carry", async () => {
  for (let n = 0; n < 120; n += 1) await make(db, { lane: `lane ${n}` });
  for (let n = 0; n < 5; n += 1) await make(db, { bulk: 100_000 });
  await pusher.flush();
  expect(door.applied).toHaveLength(125);
  expect(Math.max(...door.requests.map((calls) => calls.length))).toBe(50);
  expect(Math.max(...door.requests.map((calls) => JSON.stringify(calls).length))).toBeLessThan(240_000);
});

test.each<[Weather, string]>([
  ["request lost", "unreachable"],
  ["answer lost", "unreachable"],
  ["503", "unreachable"],
  ["signed out", "signed-out"],
])("%s: the same ids go again", async (weather, end) => {
  const ids = [await make(db), await make(db)];
  door.weather = [weather];
  expect(await pusher.flush()).toEqual({ end });
  expect(await states()).toEqual(["sent", "sent"]);
  expect((await readQueue(db))[0]?.error).toBe(end);
  await pusher.flush();
  expect(appliedIds()).toEqual(ids);
  expect(await states()).toEqual(["accepted", "accepted"]);
});

test("an answer that a pull brings before the push does is not undone by it", async () => {
  await make(db);
  door.weather = ["answer lost"];
  await pusher.flush();
  await pullAnswers();
  expect(await states()).toEqual([]);
  expect(await pusher.flush()).toEqual({ end: "empty" });
});

describe("what does not go through", () => {
  test("a refusal stops neither its lane nor others, and parks what depends on it", async () => {
    const refused = await make(db, { fate: { refuse: true } });
    const dependant = await make(db, { lane: "b", dependsOn: [refused] });
    const below = await make(db, { lane: "c", dependsOn: [dependant] });
    const other = await make(db);
    await pusher.flush();
    expect(appliedIds()).toEqual([other]);
    expect(await states()).toEqual(["refused", "parked", "parked", "accepted"]);
    // What is made later, and waits for one of them, does not even go.
    await make(db, { dependsOn: [below] });
    expect((await states()).at(-1)).toBe("parked");
  });

  test("a fault of the server stops its lane only, until it is over", async () => {
    const first = await make(db, { fate: { faults: 2 } });
    const second = await make(db);
    const other = await make(db, { lane: "b" });
    const { end } = await pusher.flush();
    expect(end).toBe("paused");
    expect(appliedIds()).toEqual([other]);
    pusher.hurry();
    await pusher.flush();
    pusher.hurry();
    expect(await pusher.flush()).toEqual({ end: "empty" });
    expect(appliedIds()).toEqual([other, first, second]);
  });

  test("one call that makes a request unreadable is found among many", async () => {
    const ids: Id[] = [];
    for (let n = 0; n < 60; n += 1) ids.push(await make(db, { lane: `${n % 7}`, fate: { poison: n === 23 } }));
    await pusher.flush();
    expect(appliedIds()).toEqual(ids.filter((_, n) => n !== 23));
    const stuck = (await readQueue(db)).filter(({ state }) => state === "refused");
    expect(stuck.map(({ id, answer }) => [id, answer?.code])).toEqual([[ids[23], "malformed_request"]]);
  });

  test("a gateway's refusal of everything is nobody's fault", async () => {
    await make(db);
    pusher = new Pusher(db, async () => ({ status: 403, body: null }));
    expect(await pusher.flush()).toEqual({ end: "unreachable" });
    expect(await states()).toEqual(["sent"]);
  });
});

test("two tabs that flush at once send each call once", async () => {
  for (let n = 0; n < 70; n += 1) await make(db, { lane: `${n % 3}` });
  const other = await new Database(COMPANY, USER).ready();
  await Promise.all([pusher.flush(), new Pusher(other, door.courier).flush(), pusher.flush()]);
  other.shut();
  expect(door.applied).toHaveLength(70);
  expect(door.requests.flat()).toHaveLength(70);
});

describe("killed at every step", () => {
  const story = async (on: Database, doom?: Doom) => {
    const first = await make(on, { lane: "a" });
    const second = await make(on, { lane: "b", dependsOn: [first] });
    const third = await make(on, { lane: "a" });
    const pushing = new Pusher(on, doom ? doom.courier(door.courier) : door.courier);
    await pushing.flush();
    await pullAnswers(on);
    return [first, second, third];
  };

  test("nothing is lost, and nothing is done twice", async () => {
    let survived = false;
    let died = 0;
    for (let steps = 0; !survived; steps += 1) {
      await freshDevice();
      door = new PushDoor();
      const doom = new Doom(steps);
      const doomed = await new Database(COMPANY, USER).ready();
      doomed.close();
      await doom.over(doomed).open();
      survived = await story(doomed, doom).then(
        () => true,
        (error: unknown) => {
          expect(String(error)).toContain("Killed");
          return false;
        },
      );
      doomed.shut();
      died += survived ? 0 : 1;
      db = await restarted();
      const kept = (await readQueue(db)).map(({ id }) => id);
      const done = (await readPast(db)).map(({ id }) => id);
      await new Pusher(db, door.courier).flush();
      await pullAnswers();
      expect(await states()).toEqual([]);
      expect(appliedIds().toSorted()).toEqual([...kept, ...done].toSorted());
      expect(door.applied.map(({ lane }) => lane)).toEqual(["a", "b", "a"].slice(0, door.applied.length));
    }
    expect(died).toBeGreaterThan(20);
  });

  test("what was said to be kept is kept", async () => {
    const id = uuid7();
    for (let steps = 0, kept = false; !kept; steps += 1) {
      await freshDevice();
      const doomed = await new Database(COMPANY, USER).ready();
      doomed.close();
      await new Doom(steps).over(doomed).open();
      kept = await make(doomed, { id }).then(
        () => true,
        () => false,
      );
      doomed.shut();
      db = await restarted();
    }
    expect((await readQueue(db)).map((call) => call.id)).toEqual([id]);
  });
});

const weather = fc.constantFrom<Weather>("fine", "fine", "request lost", "answer lost", "503", "signed out");
const fate = fc.constantFrom<Fate>({}, {}, {}, { refuse: true }, { faults: 1 }, { poison: true });
const step = fc.oneof(
  fc.record({
    do: fc.constant("make" as const),
    lane: fc.constantFrom("a", "b", "c"),
    fate,
    after: fc.option(fc.nat(5), { nil: undefined }),
  }),
  fc.record({ do: fc.constant("flush" as const), weather: fc.array(weather, { maxLength: 3 }) }),
  fc.record({ do: fc.constant("flush twice" as const), weather: fc.array(weather, { maxLength: 3 }) }),
  fc.record({ do: fc.constant("pull" as const) }),
  fc.record({ do: fc.constant("die" as const), steps: fc.nat(12), weather: fc.array(weather, { maxLength: 2 }) }),
  fc.record({ do: fc.constant("redo" as const) }),
  fc.record({ do: fc.constant("discard" as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

/** Everything that was made, in the order of its making. */
class Story {
  readonly made: Id[] = [];
  readonly again = new Set<Id>();
  discarded = 0;

  async run(one: Step): Promise<void> {
    if (one.do === "make") {
      const before = one.after === undefined ? undefined : this.made.at(-1 - one.after);
      this.made.push(await make(db, { lane: one.lane, fate: one.fate, dependsOn: before ? [before] : [] }));
    } else if (one.do === "pull") await pullAnswers();
    else if (one.do === "redo" || one.do === "discard") await this.#decide(one.do);
    else {
      door.weather = [...one.weather];
      if (one.do === "die") await this.#die(one.steps);
      else await this.#flush(one.do === "flush twice");
      door.weather = [];
    }
  }

  async #flush(twice: boolean) {
    pusher.hurry();
    await Promise.all([pusher.flush(), ...(twice ? [new Pusher(db, door.courier).flush()] : [])]);
  }

  async #die(steps: number) {
    const doom = new Doom(steps);
    const doomed = await new Database(COMPANY, USER).ready();
    doomed.close();
    await doom.over(doomed).open();
    await new Pusher(doomed, doom.courier(door.courier)).flush().catch((error: unknown) => {
      if (!(error instanceof Killed) && !String(error).includes("Killed")) throw error;
    });
    doomed.shut();
    db = await restarted();
    pusher = new Pusher(db, door.courier);
  }

  async #decide(what: "redo" | "discard") {
    const call = (await readQueue(db)).find(({ state }) => STUCK.includes(state));
    if (call === undefined) return;
    if (what === "redo") {
      const id = await redo(db, call.id);
      this.made.push(id);
      this.again.add(id);
    } else {
      await discard(db, call.id, "wrong");
      this.discarded += 1;
    }
  }
}

test("whatever happens in whatever order: each call once, in the order of its lane, and none lost", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
      db = await freshDevice();
      door = new PushDoor();
      pusher = new Pusher(db, door.courier);
      const story = new Story();
      for (const one of steps) await story.run(one);
      // In the end the network is good, and the server has no faults.
      for (let end = "", tries = 0; end !== "empty"; tries += 1) {
        expect(tries).toBeLessThan(20);
        pusher.hurry();
        end = (await pusher.flush()).end;
      }
      await pullAnswers();

      const left = await readQueue(db);
      const past = await readPast(db);
      expect(left.every(({ state }) => STUCK.includes(state))).toBe(true);
      expect(new Set([...left, ...past].map(({ id }) => id))).toEqual(new Set(story.made));
      expect(past.filter(({ ending }) => ending === "discarded")).toHaveLength(story.discarded);

      const applied = appliedIds();
      expect(new Set(applied).size).toBe(applied.length);
      expect(applied.toSorted()).toEqual(
        past
          .filter(({ ending }) => ending === "done")
          .map(({ id }) => id)
          .toSorted(),
      );
      for (const lane of ["a", "b", "c"]) {
        // What was done again after a refusal comes when the person says so.
        const calls = door.applied.filter((call) => call.lane === lane && !story.again.has(call.id));
        const places = calls.map(({ id }) => story.made.indexOf(id));
        expect(places).toEqual(places.toSorted((one, other) => one - other));
      }
    }),
    { numRuns: 60 },
  );
}, 120_000);
