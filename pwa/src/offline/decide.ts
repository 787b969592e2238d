/** What a person decides about calls that do not go through by themselves. */
import { uuid7 } from "../data/uuid";
import { attempt } from "./attempt";
import type { Database, StoredCall } from "./db";
import { CALLS, end, type NewCall, opened, park, sealed, STUCK } from "./queue";
import type { CallLabel, Id, WireCall } from "./types";

/** It may be on its way, or done already: only the server knows. */
export class NotDecidable extends Error {}

const decidable = (call: StoredCall | undefined): call is StoredCall =>
  call !== undefined && (STUCK.includes(call.state) || (call.state === "waiting" && call.attempts === 0));

async function take(db: Database, id: Id): Promise<StoredCall> {
  const call = await db.call.get(id);
  if (!decidable(call)) throw new NotDecidable(id);
  return call;
}

const both = <Result>(db: Database, work: () => Promise<Result>): Promise<Result> =>
  attempt(db, () => db.transaction("rw", db.call, db.past, work));

/** It shall not be done. What depends on it waits for a decision of its own. */
export async function discard(db: Database, id: Id, reason: string): Promise<void> {
  await both(db, async () => {
    await end(db, await take(db, id), "discarded", reason);
    await park(db, id);
  });
  db.changes.tell(CALLS);
}

/** The same once more: what the server refused is closed under its id, and may be right by now. */
export async function redo(db: Database, id: Id): Promise<Id> {
  const { body, label } = await read(db, id);
  return replace(db, id, { body, label });
}

/** Something else in its place, at the same place in the order; what depended on it depends on that. */
export async function replace(
  db: Database,
  id: Id,
  by: { id?: Id; body: WireCall["body"]; label: CallLabel },
): Promise<Id> {
  const old = await read(db, id);
  const next: NewCall = {
    id: by.id ?? uuid7(),
    name: old.name,
    version: old.version,
    body: by.body,
    label: by.label,
    occurredAt: old.occurredAt,
    lane: old.lane,
    dependsOn: old.dependsOn,
  };
  const stored = await sealed(db, next);
  const again = await renewals(db, id);
  await both(db, async () => {
    const before = await take(db, id);
    await end(db, before, "replaced");
    await db.call.put({ ...stored, n: before.n, dependsOn: await alive(db, before.dependsOn) });
    await relink(db, id, next.id, again);
  });
  db.changes.tell(CALLS);
  return next.id;
}

/** A parked call goes on without what it depended on; a refused one that was never looked at is sent again. */
export async function retry(db: Database, id: Id): Promise<Id> {
  const call = await db.call.get(id);
  if (call?.answer != null && call.answer.code !== MALFORMED) return redo(db, id);
  await both(db, async () => {
    const taken = await db.call.get(id);
    if (taken === undefined) throw new NotDecidable(id);
    if (!STUCK.includes(taken.state)) return;
    const dependsOn = await alive(db, taken.dependsOn);
    await db.call.put({ ...taken, state: "waiting", answer: null, error: null, dependsOn });
    await release(db, id);
  });
  db.changes.tell(CALLS);
  return id;
}

/** The server could not read it as a call at all, so it knows nothing of its id. */
export const MALFORMED = "malformed_request";

async function read(db: Database, id: Id) {
  const stored = await attempt(db, () => db.call.get(id));
  if (!decidable(stored)) throw new NotDecidable(id);
  return opened(db, stored);
}

/** Of what a call waited for, what can still be done. */
async function alive(db: Database, ids: readonly Id[]): Promise<Id[]> {
  const calls = await db.call.bulkGet([...ids]);
  return ids.filter((_, index) => calls[index] !== undefined && !STUCK.includes(calls[index].state));
}

/** Calls that the server refused because of `id`, all the way down: their ids are closed, so each gets a new one. */
async function renewals(db: Database, id: Id): Promise<Map<Id, Omit<StoredCall, "n">>> {
  const found = new Map<Id, Omit<StoredCall, "n">>();
  for (const call of await attempt(db, () => db.call.where("dependsOn").equals(id).toArray())) {
    if (call.state !== "parked") continue;
    if (call.answer !== null) found.set(call.id, await sealed(db, { ...(await opened(db, call)), id: uuid7() }));
    for (const [below, stored] of await renewals(db, call.id)) found.set(below, stored);
  }
  return found;
}

async function relink(db: Database, from: Id, to: Id, again: Map<Id, Omit<StoredCall, "n">>): Promise<void> {
  for (const call of await db.call.where("dependsOn").equals(from).toArray()) {
    const dependsOn = call.dependsOn.map((id) => (id === from ? to : id));
    const renewed = again.get(call.id);
    const goes = call.state === "parked" && (await clear(db, dependsOn));
    if (!goes || renewed === undefined) {
      await db.call.put({ ...call, dependsOn, ...(goes && { state: "waiting" }) });
      if (goes) await release(db, call.id);
    } else {
      await end(db, call, "replaced");
      await db.call.put({ ...renewed, n: call.n, dependsOn });
      await relink(db, call.id, renewed.id, again);
    }
  }
}

/** None of them waits for a person. */
const clear = async (db: Database, ids: readonly Id[]) =>
  (await db.call.bulkGet([...ids])).every((call) => call === undefined || !STUCK.includes(call.state));

/** What was parked because of `id` and has nothing else in its way goes on with it. */
async function release(db: Database, id: Id): Promise<void> {
  for (const call of await db.call.where("dependsOn").equals(id).toArray()) {
    if (call.state !== "parked" || call.answer !== null) continue;
    if (!(await clear(db, call.dependsOn))) continue;
    await db.call.put({ ...call, state: "waiting" });
    await release(db, call.id);
  }
}
