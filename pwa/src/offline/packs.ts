/** Packs of rows, decrypted, with the last ones read at hand. */
import { attempt } from "./attempt";
import type { Database, Pack } from "./db";
import type { PackKey } from "./keys";
import { unseal } from "./secret";
import type { Part, PartRows } from "./types";

type Rows = readonly PartRows[Part][];

/** In rows: documents and partners fit as a whole, prices of 50,000 products need not. */
const AT_HAND = 20_000;

class Cache {
  /** The one that was asked for longest ago first. */
  readonly #packs = new Map<PackKey, Rows>();
  #rows = 0;

  constructor(db: Database) {
    db.changes.watch(({ packs }) => {
      for (const key of packs) this.#drop(key);
    });
  }

  get(key: PackKey): Rows | undefined {
    const rows = this.#packs.get(key);
    if (rows) {
      this.#packs.delete(key);
      this.#packs.set(key, rows);
    }
    return rows;
  }

  keep(key: PackKey, rows: Rows) {
    this.#drop(key);
    this.#packs.set(key, rows);
    this.#rows += rows.length;
    for (const oldest of this.#packs.keys()) {
      if (this.#rows <= AT_HAND) break;
      this.#drop(oldest);
    }
  }

  #drop(key: PackKey) {
    this.#rows -= this.#packs.get(key)?.length ?? 0;
    this.#packs.delete(key);
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
    const rows = cache.get(key);
    if (rows) found.set(key, rows);
    return rows === undefined;
  });
  if (missing.length === 0) return found;
  const { count } = db.changes;
  const packs = await attempt(db, () => db.pack.bulkGet(missing));
  await Promise.all(
    missing.map(async (key, n) => {
      const rows = await rowsIn(db, packs[n]);
      found.set(key, rows);
      if (db.changes.count === count) cache.keep(key, rows); // or it may be older than the latest change
    }),
  );
  return found;
}
