/** The products of the open database, found by a worker that has them in memory. */
import { scriptUrl } from "../app/trusted";
import { Store } from "../data/store";
import type { Database } from "./db";
import { partOf } from "./keys";
import { rowOf } from "./rows";
import type { ProductOrder } from "./search";
import type { FromWorker, ToWorker } from "./search.worker";
// oxlint-disable-next-line import/default -- Vite's answer to `?worker&url`
import workerUrl from "./search.worker?worker&url";
import type { Asked } from "./shelf";
import type { Id, ProductRow } from "./types";

/** `revision` rises with each change of what can be found. `ready`: all products are in memory, and loaded at all. */
export type CatalogueState = { ready: boolean; revision: number };

type Waiting = { resolve(rows: ProductRow[]): void; reject(error: Error): void };

/** As many rows are sooner read from the database than the worker has read all of them. */
const FEW = 64;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
const UNHURRIED_MS = 700;

class Catalogue {
  readonly state = new Store<CatalogueState>({ ready: false, revision: 0 });
  readonly #waiting = new Map<number, Waiting>();
  readonly #db: Database;
  #worker: Worker | undefined;
  #losses = 0;
  #filled = false;
  #broken = false;
  #stopped = false;
  #last = 0;

  constructor(db: Database) {
    this.#db = db;
    // What is on the screen first reads the database too, and would wait behind all products.
    setTimeout(() => this.#worker ?? this.#start(), UNHURRIED_MS);
    db.changes.watch(({ packs }) => {
      const own = packs.filter((key) => partOf(key) === "product");
      if (own.length > 0) this.#worker?.postMessage({ packs: own } satisfies ToWorker);
      else if (this.#filled && !this.state.value.ready) void this.#news();
    });
  }

  /** An empty text finds the first of all. */
  search(text: string, limit: number, order?: ProductOrder): Promise<ProductRow[]> {
    return this.#ask({ text, limit, order });
  }

  withCode(code: string): Promise<ProductRow[]> {
    return this.#ask({ code });
  }

  async rows(ids: readonly Id[]): Promise<ProductRow[]> {
    if (this.state.value.ready || ids.length > FEW) return this.#ask({ ids });
    return [...(await rowOf(this.#db, "product", ids)).values()];
  }

  stop() {
    this.#stopped = true;
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#fail("the database is closed");
  }

  #start(): Worker | undefined {
    if (this.#stopped) return undefined;
    const worker = new Worker(scriptUrl(workerUrl), { type: "module", name: "search" });
    worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => this.#hear(data));
    worker.addEventListener("error", (event) => this.#replace(event.message));
    worker.postMessage({ open: this.#db.name } satisfies ToWorker);
    this.#worker = worker;
    this.#broken = false;
    return worker;
  }

  async #ask(asked: Asked): Promise<ProductRow[]> {
    await Promise.resolve(); // whoever asks because of a change: the worker hears of that first
    return new Promise((resolve, reject) => {
      const worker = this.#worker ?? (this.#broken ? undefined : this.#start());
      if (worker === undefined) return reject(new Error("there are no products to search now"));
      const n = ++this.#last;
      this.#waiting.set(n, { resolve, reject });
      worker.postMessage({ n, asked } satisfies ToWorker);
    });
  }

  #hear(message: FromWorker) {
    if ("news" in message) {
      if (message.news === "failed") this.#replace(message.reason);
      else void this.#news();
      return;
    }
    const waiting = this.#waiting.get(message.n);
    this.#waiting.delete(message.n);
    if ("rows" in message) waiting?.resolve(message.rows as ProductRow[]);
    else waiting?.reject(new Error(message.failed));
  }

  async #news() {
    this.#filled = true;
    this.#losses = 0;
    const loaded = await this.#db.fact("cursor").catch(() => undefined);
    this.state.set({ ready: loaded !== undefined, revision: this.state.value.revision + 1 });
  }

  /** A worker that has lost its database is of no use; another one may have more luck, but not in a loop. */
  #replace(reason: string) {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#broken = true;
    this.state.set({ ...this.state.value, ready: false }); // rather than find nothing meanwhile
    this.#fail(reason);
    setTimeout(() => this.#start(), Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#losses++));
  }

  #fail(reason: string) {
    for (const { reject } of this.#waiting.values()) reject(new Error(reason));
    this.#waiting.clear();
  }
}

const catalogues = new WeakMap<Database, Catalogue>();

/** Of this database; the first call begins to read it into memory. */
export function catalogueOf(db: Database): Catalogue {
  const known = catalogues.get(db);
  if (known) return known;
  const catalogue = new Catalogue(db);
  catalogues.set(db, catalogue);
  db.ended.addEventListener("abort", () => catalogue.stop());
  return catalogue;
}
