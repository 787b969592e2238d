import "fake-indexeddb/auto";
import { beforeEach, describe, expect, test } from "vitest";
import { uuid7 } from "../../src/data/uuid";
import { wireBody } from "../../src/offline/inputs";
import type { Database } from "../../src/offline/db";
import { discard, NotDecidable, redo, replace, retry } from "../../src/offline/decide";
import { empty } from "../../src/offline/leave";
import { Pusher } from "../../src/offline/push";
import { endingsOf, exportQueue, keep, onCommandRows, readPast, readQueue } from "../../src/offline/queue";
import { listDatabases } from "../../src/offline/device";
import { readDrafts } from "../../src/offline/drafts";
import { seal } from "../../src/offline/secret";
import { freshDevice, restarted } from "./device";
import { PushDoor } from "./door";

let db: Database;
let door: PushDoor;
let pusher: Pusher;

beforeEach(async () => {
  db = await freshDevice();
  door = new PushDoor();
  pusher = new Pusher(db, door.courier);
});

async function make(name: string, body: Record<string, unknown> = {}, lane = "a", dependsOn: string[] = []) {
  const id = uuid7();
  await keep(db, {
    id,
    name,
    version: 1,
    body,
    occurredAt: "2026-11-24T08:00:00Z",
    lane,
    dependsOn,
    label: { title: `${name} of Zhang San` },
  });
  return id;
}

const count = (body: Record<string, unknown> = {}, lane = "a", dependsOn: string[] = []) =>
  make("inventory.record_count", body, lane, dependsOn);
const states = async () => (await readQueue(db)).map(({ state }) => state);

test("a body is the command's own JSON: snake_case, and nothing where there is a default", () => {
  const input = { documentId: "d", lines: [{ unitId: null, countedAt: "t" }], note: undefined, close: false };
  expect(wireBody(input)).toEqual({ document_id: "d", lines: [{ counted_at: "t" }], close: false });
});

test("what a call says lies encrypted, and is there after a restart", async () => {
  await count({ text: "secret" });
  expect(JSON.stringify(await db.call.toArray())).not.toMatch(/secret|Zhang/);
  db = await restarted();
  expect(await readQueue(db)).toMatchObject([{ body: { text: "secret" }, n: 1, state: "waiting" }]);
});

test("keeping the same call again keeps one", async () => {
  const [id] = [await count()];
  const [call] = await readQueue(db);
  if (call) await keep(db, call);
  expect((await readQueue(db)).map((one) => one.id)).toEqual([id]);
});

test("what needs a document that is still on its way waits for it", async () => {
  const sent = await make("inventory.send_transfer", { refuse: true }, "transfer");
  await make("inventory.receive_transfer", {}, "transfer");
  expect((await readQueue(db)).at(-1)?.dependsOn).toEqual([sent]);
  await pusher.flush();
  expect(await states()).toEqual(["refused", "parked"]);
});

describe("deciding", () => {
  test("done again: a new id, the same body and place, and what was parked goes on after it", async () => {
    const first = await count({ refuse: true });
    const dependant = await count({}, "b", [first]);
    await pusher.flush();
    const again = await redo(db, first);
    expect(await readQueue(db)).toMatchObject([
      { id: again, n: 1, state: "waiting", body: { refuse: true }, answer: null },
      { id: dependant, n: 2, state: "waiting", dependsOn: [again] },
    ]);
    expect(await readPast(db)).toMatchObject([{ id: first, ending: "replaced" }]);
  });

  test("corrected: what depended on the refused one is booked after the correction", async () => {
    const first = await count({ refuse: true });
    const dependant = await count({}, "b", [first]);
    await pusher.flush();
    const next = await replace(db, first, { body: { text: "right" }, label: { title: "corrected" } });
    await pusher.flush();
    expect(door.applied.map(({ id }) => id)).toEqual([next, dependant]);
    expect(door.applied[0]?.occurredAt).toBe("2026-11-24T08:00:00Z");
  });

  test("taken out: the reason is kept and exported, what depends on it waits for a decision of its own", async () => {
    const first = await count({ refuse: true });
    const dependant = await count({}, "b", [first]);
    await pusher.flush();
    await discard(db, first, "counted twice");
    expect(await states()).toEqual(["parked"]);
    await retry(db, dependant);
    await pusher.flush();
    expect(door.applied.map(({ id }) => id)).toEqual([dependant]);
    expect(await endingsOf(db, ["a"], "2026-11-24T08:00:00Z")).toMatchObject([{ id: first, ending: "discarded" }]);
    const file = await exportQueue(db);
    expect(file.discarded).toMatchObject([{ id: first, reason: "counted twice", body: { refuse: true } }]);
    expect(file.calls).toEqual([]);
  });

  test("what is on its way is not decided about", async () => {
    const id = await count();
    door.weather = ["answer lost"];
    await pusher.flush();
    await expect(discard(db, id, "no")).rejects.toThrow(NotDecidable);
    await expect(redo(db, id)).rejects.toThrow(NotDecidable);
    expect(await states()).toEqual(["sent"]);
  });

  test("a refusal that a pull brings parks as one that a push brings", async () => {
    const first = await count();
    await count({}, "b", [first]);
    const answer = { code: "forbidden", field: null, data: {}, records: [], attention: null };
    await db.transaction("rw", db.call, db.past, () =>
      onCommandRows(db, [{ id: first, status: "refused", ...answer }]),
    );
    expect(await states()).toEqual(["refused", "parked"]);
  });
});

test("a note that its clock was off stays with the call", async () => {
  const id = await count();
  const answer = { id, status: "accepted" as const, code: null, field: null, data: {}, records: [] };
  pusher = new Pusher(db, async () => ({ status: 200, body: { outcomes: [{ ...answer, attention: "clock" }] } }));
  await pusher.flush();
  await db.transaction("rw", db.call, db.past, () => onCommandRows(db, [{ ...answer, attention: null }]));
  expect(await readPast(db)).toMatchObject([{ id, ending: "done", answer: { attention: "clock" } }]);
});

describe("after signing out", () => {
  const rows = async () => {
    await db.meta.put({ name: "张三", email: "", roles: [], company: "", currency: "", permissions: [] }, "profile");
    await db.pack.put([{ id: "a", name: "piece", decimals: 0 }], "unit@common:1");
    const sealed = await seal(db.key, {});
    await db.draft.put({ id: "a", kind: "count", sealed, changedAt: "2026-11-24T08:00:00Z", version: "a" });
  };

  test("nothing is left of somebody who had sent everything", async () => {
    await rows();
    await count();
    await pusher.flush();
    await empty(db);
    expect(await listDatabases()).toEqual([]);
  });

  test("of what is begun, what shall stay does, encrypted, until its person is back", async () => {
    await rows();
    const [sheet] = await db.draft.toArray();
    if (sheet) await db.draft.put({ ...sheet, id: "b" });
    await empty(db, ["a"]);
    expect(await listDatabases()).toMatchObject([{ unsent: 0, profile: { name: "张三" } }]);
    db = await restarted();
    expect(await db.draft.toArray()).toEqual([sheet]);
    expect(await readDrafts(db)).toMatchObject([{ id: "a", kind: "count", body: {} }]);
  });

  test("unsent work waits for its person, and nothing else does", async () => {
    await rows();
    await count({ text: "kept" });
    await empty(db);
    expect(await listDatabases()).toMatchObject([{ unsent: 1, profile: { name: "张三" } }]);
    db = await restarted();
    expect(await Promise.all([db.pack.count(), db.draft.count(), db.past.count()])).toEqual([0, 0, 0]);
    expect(await readQueue(db)).toMatchObject([{ body: { text: "kept" } }]);
  });
});
