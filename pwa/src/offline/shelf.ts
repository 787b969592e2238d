/**
 * The products of one database in memory, for as long as its page is open. Runs in the search worker, hence bare
 * IndexedDB: a second copy of its library would cost the worker's start more than these lines.
 */
import type { PackKey } from "./keys";
import { ProductIndex, type ProductOrder } from "./search";
import type { Id, ProductRow } from "./types";

const RANGE = IDBKeyRange.bound("product@", "productA", false, true); // "A" follows "@"

const settled = <Value>(request: IDBRequest<Value>) =>
  new Promise<Value>((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });

async function open(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name);
  // There is no such database, so it was wiped: do not bring an empty one back.
  request.addEventListener("upgradeneeded", () => request.transaction?.abort());
  const db = await settled(request);
  db.addEventListener("versionchange", () => db.close());
  return db;
}

/** `order` counts where there is no text: what is found is ranked by how well it fits. */
export type Asked =
  | { text: string; limit: number; order?: ProductOrder | undefined }
  | { code: string }
  | { ids: readonly Id[] };

export class Shelf {
  readonly #name: string;
  readonly #index = new ProductIndex();
  #db: IDBDatabase | undefined;
  /** Packs are read one change after the other, so that the last one read is the newest. */
  #filled: Promise<unknown>;

  readonly #changed: (failure?: unknown) => void;

  /** `changed` is told each time when other products are found than before; the first time when all are here. */
  constructor(name: string, changed: (failure?: unknown) => void) {
    this.#name = name;
    this.#changed = changed;
    this.#filled = this.#fill();
    this.#filled.then(() => changed(), changed);
  }

  /** Reads these packs again; answers wait for it. */
  refill(packs: readonly PackKey[]) {
    this.#filled = this.#filled.then(() => this.#fill(packs));
    this.#filled.then(() => this.#changed(), this.#changed);
  }

  async answer(asked: Asked): Promise<ProductRow[]> {
    await this.#filled;
    if ("text" in asked) {
      const { text, limit, order } = asked;
      return order && text.trim() === "" ? this.#index.sorted(order, limit) : this.#index.search(text, limit);
    }
    return "code" in asked ? this.#index.withCode(asked.code) : this.#index.rows(asked.ids);
  }

  async #fill(changed?: readonly PackKey[]) {
    const packs = await this.#read(changed).catch(() => {
      this.#db = undefined; // iOS takes connections from apps in the background: once more on a new one
      return this.#read(changed);
    });
    for (const [key, rows] of packs) this.#index.put(key, rows);
  }

  async #read(changed: readonly PackKey[] | undefined): Promise<[PackKey, ProductRow[]][]> {
    this.#db ??= await open(this.#name);
    const store = this.#db.transaction("pack").objectStore("pack");
    if (changed) {
      return Promise.all(
        changed.map(async (key): Promise<[PackKey, ProductRow[]]> => [
          key,
          ((await settled(store.get(key))) as ProductRow[] | undefined) ?? [],
        ]),
      );
    }
    const [keys, packs] = await Promise.all([settled(store.getAllKeys(RANGE)), settled(store.getAll(RANGE))]);
    return keys.map((key, n) => [key as PackKey, packs[n] as ProductRow[]]);
  }
}
