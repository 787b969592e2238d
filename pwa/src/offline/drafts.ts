/**
 * Work that is begun and not handed in: a count sheet, a form half filled. It lies beside the queue in the database of
 * its person, encrypted like it, so a reload, a dead battery and an update change nothing about it; the server does not
 * know it.
 */
import { useCallback } from "react";
import { uuid7 } from "../data/uuid";
import { attempt } from "./attempt";
import type { Database, StoredDraft } from "./db";
import { device } from "./device";
import { useRows } from "./rows";
import { seal, unseal } from "./secret";
import type { Id, Moment } from "./types";

export type Draft<Body> = { id: Id; kind: string; body: Body; changedAt: Moment };

const DRAFTS = ["draft"] as const;

function open(): Database {
  if (device.value.status !== "open") throw new Error("no database is open");
  return device.value.db;
}

async function sealed(db: Database, id: Id, kind: string, body: unknown): Promise<StoredDraft> {
  return { id, kind, sealed: await seal(db.key, body), changedAt: new Date().toISOString(), version: uuid7() };
}

async function unsealed<Body>(db: Database, { id, kind, changedAt, ...stored }: StoredDraft): Promise<Draft<Body>> {
  return { id, kind, changedAt, body: (await unseal(db.key, stored.sealed)) as Body };
}

let last: Promise<unknown> = Promise.resolve();

/** Encryption takes its time: what is typed first is written first, and nothing after it was dropped. */
function inTurn(db: Database, work: () => Promise<void>): Promise<void> {
  const turn = last.catch(() => undefined).then(work);
  last = turn;
  return turn.then(() => db.changes.tell({ parts: DRAFTS, packs: [] }));
}

/** Of one kind or of all, the latest first. */
export async function readDrafts<Body>(db: Database, kind?: string): Promise<Draft<Body>[]> {
  const stored = await attempt(db, () => (kind === undefined ? db.draft : db.draft.where({ kind })).toArray());
  const drafts = await Promise.all(stored.map((draft) => unsealed<Body>(db, draft)));
  return drafts.toSorted((left, right) => right.changedAt.localeCompare(left.changedAt));
}

/** Undefined while the database is being opened. */
export function useDrafts<Body>(kind: string): Draft<Body>[] | undefined {
  return useRows(
    DRAFTS,
    useCallback((db: Database) => readDrafts<Body>(db, kind), [kind]),
  );
}

/** `null`: not on this device. */
export function useDraft<Body>(id: Id): Draft<Body> | null | undefined {
  return useRows(
    DRAFTS,
    useCallback(
      async (db: Database) => {
        const stored = await attempt(db, () => db.draft.get(id));
        return stored === undefined ? null : unsealed<Body>(db, stored);
      },
      [id],
    ),
  );
}

export async function keepDraft<Body>(id: Id, kind: string, body: Body): Promise<void> {
  const db = open();
  await inTurn(db, async () => {
    const draft = await sealed(db, id, kind, body);
    await attempt(db, () => db.draft.put(draft));
  });
}

/** Changes what is stored, not what this tab last saw of it: another tab may work on the same sheet. */
export async function changeDraft<Body>(id: Id, change: (body: Body) => Body): Promise<void> {
  const db = open();
  await inTurn(db, async () => {
    while (!(await changed(db, id, change)));
  });
}

/** False: another tab was faster, and it has to be read again. */
async function changed<Body>(db: Database, id: Id, change: (body: Body) => Body): Promise<boolean> {
  const before = await attempt(db, () => db.draft.get(id));
  if (before === undefined) return true;
  const { kind, body } = await unsealed<Body>(db, before);
  const after = await sealed(db, id, kind, change(body));
  return attempt(db, () =>
    db.transaction("rw", db.draft, async () => {
      if ((await db.draft.get(id))?.version !== before.version) return false;
      await db.draft.put(after);
      return true;
    }),
  );
}

export async function dropDraft(...ids: Id[]): Promise<void> {
  const db = open();
  await inTurn(db, () => attempt(db, () => db.draft.bulkDelete(ids)));
}
