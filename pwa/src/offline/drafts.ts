/**
 * Work that is begun and not handed in: a count sheet, a form half filled. It lies beside the queue in the database of
 * its person, so a reload, a dead battery and an update change nothing about it; the server does not know it.
 */
import { useCallback } from "react";
import { attempt } from "./attempt";
import type { Database } from "./db";
import { device } from "./device";
import { useRows } from "./rows";
import type { Id, Moment } from "./types";

export type Draft<Body> = { id: Id; kind: string; body: Body; changedAt: Moment };

const DRAFTS = ["draft"] as const;

function open(): Database {
  if (device.value.status !== "open") throw new Error("no database is open");
  return device.value.db;
}

/** The latest first; undefined while the database is being opened. */
export function useDrafts<Body>(kind: string): Draft<Body>[] | undefined {
  return useRows(
    DRAFTS,
    useCallback(
      async (db: Database) => {
        const drafts = await attempt(db, () => db.draft.where({ kind }).toArray());
        return (drafts as Draft<Body>[]).toSorted((left, right) => right.changedAt.localeCompare(left.changedAt));
      },
      [kind],
    ),
  );
}

/** `null`: not on this device. */
export function useDraft<Body>(id: Id): Draft<Body> | null | undefined {
  return useRows(
    DRAFTS,
    useCallback(
      async (db: Database) => ((await attempt(db, () => db.draft.get(id))) as Draft<Body> | undefined) ?? null,
      [id],
    ),
  );
}

export async function keepDraft<Body>(id: Id, kind: string, body: Body): Promise<void> {
  const db = open();
  await attempt(db, () => db.draft.put({ id, kind, body, changedAt: new Date().toISOString() }));
  db.changes.tell({ parts: DRAFTS, packs: [] });
}

/** Changes what is stored, not what this tab last saw of it: another tab may work on the same sheet. */
export async function changeDraft<Body>(id: Id, change: (body: Body) => Body): Promise<void> {
  const db = open();
  await attempt(db, () =>
    db.transaction("rw", db.draft, async () => {
      const draft = await db.draft.get(id);
      if (!draft) return;
      await db.draft.put({ ...draft, body: change(draft.body as Body), changedAt: new Date().toISOString() });
    }),
  );
  db.changes.tell({ parts: DRAFTS, packs: [] });
}

export async function dropDraft(...ids: Id[]): Promise<void> {
  const db = open();
  await attempt(db, () => db.draft.bulkDelete(ids));
  db.changes.tell({ parts: DRAFTS, packs: [] });
}
