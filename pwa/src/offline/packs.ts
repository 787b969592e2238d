/** Packs of rows, decrypted, with the last ones read at hand. */
import { attempt } from "./attempt";
import type { Database, Pack } from "./db";
import type { PackKey } from "./keys";
import { unseal } from "./secret";
import type { Part, PartRows } from "./types";

type Rows = readonly PartRows[Part][];

const AT_HAND = 1024;

class Cache {
  readonly rows = new Map<PackKey, Rows>();
  /** Rises with each change: what was read before one must not be kept after it. */
  changes = 0;

  constructor(db: Database) {
    db.changes.watch(({ packs }) => {
      this.changes += 1;
      for (const key of packs) this.rows.delete(key);
    });
  }

  keep(key: PackKey, rows: Rows) {
    if (this.rows.size >= AT_HAND) this.rows.delete(this.rows.keys().next().value as PackKey);
    this.rows.set(key, rows);
  }
}

const caches = new WeakMap<Database, Cache>();

function cacheOf(db: Database): Cache {
  const cache = caches.get(db) ?? new Cache(db);
  caches.set(db, cache);
  return cache;
}

export const rowsIn = async (db: Database, pack: Pack | undefined): Promise<Rows> =>
  pack instanceof Uint8Array ? ((await unseal(db.key, pack)) as PartRows[Part][]) : (pack ?? []);

/** The rows of these packs; a pack that is not there is empty. */
export async function readPacks(db: Database, keys: readonly PackKey[]): Promise<Map<PackKey, Rows>> {
  const cache = cacheOf(db);
  const found = new Map<PackKey, Rows>();
  const missing = keys.filter((key) => {
    const rows = cache.rows.get(key);
    if (rows) found.set(key, rows);
    return rows === undefined;
  });
  if (missing.length === 0) return found;
  const { changes } = cache;
  const packs = await attempt(db, () => db.pack.bulkGet(missing));
  await Promise.all(
    missing.map(async (key, n) => {
      const rows = await rowsIn(db, packs[n]);
      found.set(key, rows);
      if (cache.changes === changes) cache.keep(key, rows);
    }),
  );
  return found;
}
