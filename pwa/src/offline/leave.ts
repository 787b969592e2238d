/** What stays on a device when its person goes, and what does not. */
import { clearRevoked, type Person } from "../data/profile";
import { signOut, surrendered } from "../data/session";
import { attempt } from "./attempt";
import { byCookie } from "./courier";
import type { Database } from "./db";
import { close, device, wipe } from "./device";
import { discard } from "./decide";
import { type Flushed, Pusher } from "./push";
import { STUCK, UNSENT } from "./queue";
import type { Id } from "./types";

/**
 * `send`: first all that waits. `keep`: it waits here, encrypted, until they are back; so does in both cases what is
 * begun (drafts). `discard`: neither stays.
 */
export type Farewell = { how: "send" } | { how: "keep" } | { how: "discard"; reason: string };

/** It could not all be sent: the person decides anew. */
export class StillUnsent extends Error {}

/** Work that only this device knows of. */
export async function openWork(db: Database): Promise<number> {
  return attempt(db, () =>
    db.call
      .where("state")
      .anyOf([...UNSENT, ...STUCK])
      .count(),
  );
}

/**
 * Ends the session, and removes from this device what the person could see. The server is told first: while it cannot
 * be reached they are still signed in, and nothing is removed. `begun` finds the drafts that hold work.
 */
export async function leave(
  farewell: Farewell,
  flush: () => Promise<Flushed>,
  begun: (db: Database) => Promise<Id[]>,
): Promise<void> {
  const db = device.value.status === "open" ? device.value.db : undefined;
  if (db === undefined) return signOut();
  if (farewell.how === "send") {
    await flush();
    if ((await openWork(db)) > 0) throw new StillUnsent();
  }
  const drafts = farewell.how === "discard" ? [] : await begun(db);
  await signOut();
  if (farewell.how === "discard") await discardAll(db, farewell.reason);
  await empty(db, drafts);
}

async function discardAll(db: Database, reason: string) {
  const ids = await db.call
    .where("state")
    .anyOf(["waiting", ...STUCK])
    .primaryKeys();
  for (const id of ids) await discard(db, id, reason);
}

/**
 * Readable rows go. Work that is kept here, these drafts, and the record of what was thrown away, stay for their person
 * alone.
 */
export async function empty(db: Database, drafts: readonly Id[] = []): Promise<void> {
  const { companyId, userId } = db;
  const left = await attempt(db, () =>
    db.transaction("rw", [db.meta, db.pack, db.staged, db.draft, db.past, db.call], async () => {
      const kept = await db.draft.bulkGet([...drafts]);
      await clearRows(db);
      await db.draft.bulkPut(kept.filter((draft) => draft !== undefined));
      await db.past.filter((call) => call.ending !== "discarded").delete();
      await db.call.where("state").equals("accepted").delete();
      const profile = await db.fact("profile");
      const facts = (await db.meta.toCollection().primaryKeys()).filter((name) => name !== "key");
      await db.meta.bulkDelete(facts);
      if (profile) await db.meta.put({ ...profile, email: "", roles: [], permissions: [] }, "profile");
      return (await db.call.count()) + (await db.past.count()) + (await db.draft.count());
    }),
  );
  close();
  if (left === 0) await wipe(companyId, userId);
}

const RETRY_MS = 5000;

/**
 * The company has shut this device out. What can be read goes at once; what was done and not sent is handed to the
 * server, which keeps it for a manager; then nothing is left.
 */
export const surrender = (person: Person): Promise<void> =>
  (surrendering ??= handOver(person).finally(() => {
    surrendering = undefined;
  }));

let surrendering: Promise<void> | undefined;

async function handOver({ companyId, userId }: Person): Promise<void> {
  close(); // nothing else works on it any more, in this tab
  const { Database } = await import("./db");
  const db = await new Database(companyId, userId).ready();
  await attempt(db, () => db.transaction("rw", [db.pack, db.staged, db.draft], () => clearRows(db)));
  const pusher = new Pusher(db, byCookie);
  // Signed out: the server does not take even that any more.
  for (let { end } = await pusher.flush(); end !== "empty" && end !== "signed-out"; { end } = await pusher.flush()) {
    await new Promise((next) => setTimeout(next, RETRY_MS));
    pusher.hurry();
  }
  db.shut();
  await wipe(companyId, userId);
  const names = (await globalThis.caches?.keys()) ?? [];
  await Promise.all(names.map((name) => caches.delete(name)));
  const registrations = (await navigator.serviceWorker?.getRegistrations()) ?? [];
  await Promise.all(registrations.map((registration) => registration.unregister()));
  clearRevoked();
  surrendered();
}

const clearRows = (db: Database) => Promise.all([db.pack.clear(), db.staged.clear(), db.draft.clear()]);
