/** What a person decides about calls that do not go through by themselves. */
import { uuid7 } from "../data/uuid";
import { attempt } from "./attempt";
import type { Database, StoredCall } from "./db";
import { CALLS, end, hopeless, opened, park, sealed, STUCK } from "./queue";
import type { CallLabel, Id, WireCall } from "./types";

/** It is on its way, or done already: only the server knows. */
export class NotDecidable extends Error {}

async function take(db: Database, id: Id): Promise<StoredCall> {
  const call = await db.call.get(id);
  if (call === undefined || !(STUCK.includes(call.state) || call.state === "waiting")) throw new NotDecidable(id);
  return call;
}

async function decide(db: Database, work: () => Promise<void>): Promise<void> {
  await attempt(db, () => db.transaction("rw", db.call, db.past, work));
  db.changes.tell(CALLS);
}

/** It shall not be done. What depends on it waits for a decision of its own. */
export const discard = (db: Database, id: Id, reason: string) =>
  decide(db, async () => {
    await end(db, await take(db, id), "discarded", reason);
    await park(db, id);
  });

/** The same once more, under a new id: what the server refused is closed under its own, and may be right by now. */
export const redo = (db: Database, id: Id) => replace(db, id, {});

/** Something else at the same place in the order; what depended on the old call goes on after the new one. */
export async function replace(
  db: Database,
  id: Id,
  by: { id?: Id; body?: WireCall["body"]; label?: CallLabel },
): Promise<Id> {
  const stored = await attempt(db, () => take(db, id));
  const { name, version, body, label, occurredAt, lane, dependsOn } = await opened(db, stored);
  const next = { name, version, body, label, occurredAt, lane, dependsOn, ...by, id: by.id ?? uuid7() };
  const fresh = await sealed(db, next);
  await decide(db, async () => {
    const old = await take(db, id);
    await end(db, old, "replaced");
    await db.call.put({ ...fresh, n: old.n, dependsOn: await alive(db, old.dependsOn) });
    for (const call of await db.call.where("dependsOn").equals(id).toArray()) {
      await db.call.put({ ...call, dependsOn: call.dependsOn.map((one) => (one === id ? next.id : one)) });
    }
    await release(db, next.id);
  });
  return next.id;
}

/** A parked call goes on, without what it waited for if that will not be done. */
export const retry = (db: Database, id: Id) =>
  decide(db, async () => {
    const call = await take(db, id);
    if (call.state !== "parked") return;
    await db.call.put({ ...again(call), dependsOn: await alive(db, call.dependsOn) });
    await release(db, id);
  });

/** Its id is still open: the server does not remember what it never looked at. */
const again = (call: StoredCall): StoredCall => ({ ...call, state: "waiting", answer: null, error: null });

/** Of what a call waited for, what can still be done. */
async function alive(db: Database, ids: readonly Id[]): Promise<Id[]> {
  const calls = await db.call.bulkGet([...ids]);
  return ids.filter((_, index) => calls[index] !== undefined && !STUCK.includes(calls[index].state));
}

/** What was parked because of `id`, and has nothing else in its way, goes on after it. */
async function release(db: Database, id: Id): Promise<void> {
  for (const call of await db.call.where("dependsOn").equals(id).toArray()) {
    if (call.state !== "parked" || (await hopeless(db, call.dependsOn))) continue;
    await db.call.put(again(call));
    await release(db, call.id);
  }
}
