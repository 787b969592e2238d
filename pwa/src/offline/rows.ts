/** The server's rows as they are on this device. What is on its way is counted in by views.ts. */
import { useEffect, useState } from "react";
import { useStore } from "../data/store";
import type { Database } from "./db";
import { attempt } from "./attempt";
import { device } from "./device";
import { hashOf, type KeptPart, packKey, type PartKey, partOf } from "./keys";
import type { Change } from "./changes";
import { readPacks } from "./packs";
import type { Decimal } from "../data/decimal";
import type { Id, PartRows } from "./types";

type Holds = { asOf: number; keys: Promise<PartKey[] | undefined> };

const known = new WeakMap<Database, Holds>();

/** The buckets of a part. Every reading begins with it, so it is kept from one change to the next. */
async function heldAs(db: Database, part: KeptPart): Promise<PartKey[]> {
  let holds = known.get(db);
  if (holds?.asOf !== db.changes.count) {
    holds = { asOf: db.changes.count, keys: attempt(db, () => db.fact("holds")) };
    known.set(db, holds);
    holds.keys.catch(() => known.delete(db));
  }
  return ((await holds.keys) ?? []).filter((key) => partOf(key) === part);
}

/** Whether this person may see it: a part that is held can be without rows. */
export const holds = async (db: Database, part: KeptPart) => (await heldAs(db, part)).length > 0;

/** All rows of a part, over all buckets. A transfer is in the buckets of both its ends and comes once. */
export async function allRows<Part extends KeptPart>(db: Database, part: Part): Promise<PartRows[Part][]> {
  const found = new Map<Id, PartRows[Part]>();
  for (const key of await heldAs(db, part)) {
    const keys = await db.pack.where(":id").between(`${key}:`, `${key};`).primaryKeys();
    for (const rows of (await readPacks(db, keys)).values()) {
      for (const row of rows as PartRows[Part][]) found.set(row.id, row);
    }
  }
  return [...found.values()];
}

/** Some rows by their ids: of each id one row for every bucket that has it. */
export async function rowsOf<Part extends KeptPart>(
  db: Database,
  part: Part,
  ids: Iterable<Id>,
): Promise<Map<Id, PartRows[Part][]>> {
  const wanted = new Set(ids);
  const hashes = new Set(Array.from(wanted, (id) => hashOf(part, id)));
  const keys = (await heldAs(db, part)).flatMap((key) => Array.from(hashes, (hash) => packKey(key, hash)));
  const found = new Map<Id, PartRows[Part][]>();
  for (const rows of (await readPacks(db, keys)).values()) {
    for (const row of rows as PartRows[Part][]) {
      if (wanted.has(row.id)) found.set(row.id, [...(found.get(row.id) ?? []), row]);
    }
  }
  return found;
}

/** The same for parts whose ids are in one bucket only. */
export async function rowOf<Part extends KeptPart>(
  db: Database,
  part: Part,
  ids: Iterable<Id>,
): Promise<Map<Id, PartRows[Part]>> {
  const found = new Map<Id, PartRows[Part]>();
  for (const [id, rows] of await rowsOf(db, part, ids)) if (rows[0]) found.set(id, rows[0]);
  return found;
}

export type Level = { locationId: Id; onHand: Decimal; reserved: Decimal };

/** What is where, in the stock unit, over all warehouses of this person. Nothing anywhere: no entry. */
export async function stockOf(db: Database, productIds: Iterable<Id>): Promise<Map<Id, Level[]>> {
  const rows = await rowsOf(db, "stock", productIds);
  return new Map(Array.from(rows, ([id, found]) => [id, found.flatMap((row) => row.levels)]));
}

/** What this person may do, as the server last said. */
export const permissionsOf = async (db: Database) => (await db.fact("profile"))?.permissions ?? [];

/** The open database of this tab, or undefined while there is none. */
export function useDatabase(): Database | undefined {
  const state = useStore(device);
  return state.status === "open" ? state.db : undefined;
}

/**
 * What `read` finds, again after each change of one of the parts. `read` has to be the same function from one rendering
 * to the next (useCallback), `parts` a constant. Undefined until the first reading is done.
 */
export function useRows<Result>(parts: Change["parts"], read: (db: Database) => Promise<Result>): Result | undefined {
  const db = useDatabase();
  const [result, setResult] = useState<{ db: Database; value: Result }>();
  const [fault, setFault] = useState<unknown>();
  useEffect(() => {
    if (db === undefined) return undefined;
    let stopped = false;
    let reading = false;
    let again = false;
    const run = async () => {
      again = reading;
      if (reading) return;
      reading = true;
      try {
        const value = await read(db);
        if (!stopped) setResult({ db, value });
      } catch (error) {
        if (!stopped && !db.ended.aborted) setFault(error);
      }
      reading = false;
      if (again && !stopped) void run();
    };
    void run();
    const unwatch = db.changes.watch((change) => {
      if (change.parts.some((part) => parts.includes(part))) void run();
    });
    return () => {
      stopped = true;
      unwatch();
    };
  }, [db, parts, read]);
  if (fault !== undefined) throw fault; // to the error boundary: a screen without rows would lie
  return result?.db === db ? result?.value : undefined;
}
