import "fake-indexeddb/auto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { catalogueOf } from "../../src/offline/catalogue";
import type { Database } from "../../src/offline/db";
import { hashOf, packKey } from "../../src/offline/keys";
import { firstProducts } from "../../src/offline/products";
import { pull } from "../../src/offline/pull";
import type { FromWorker, ToWorker } from "../../src/offline/search.worker";
import { Shelf } from "../../src/offline/shelf";
import type { ProductRow } from "../../src/offline/types";
import { freshDevice, idOf, restarted } from "./device";
import { SyncServer } from "./server";

const SOON = { timeout: 8000 };
vi.setConfig({ testTimeout: 20_000 });

/** What search.worker.ts does, in this thread: Node has no such workers. */
class ThreadlessWorker extends EventTarget {
  static started: ThreadlessWorker[] = [];
  #shelf: Shelf | undefined;

  constructor() {
    super();
    ThreadlessWorker.started.push(this);
  }

  say(data: FromWorker) {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }

  postMessage(data: ToWorker) {
    if ("open" in data) this.#shelf = new Shelf(data.open, () => this.say({ news: "changed" }));
    else if ("packs" in data) this.#shelf?.refill(data.packs);
    else void this.#shelf?.answer(data.asked).then((rows) => this.say({ n: data.n, rows }));
  }

  terminate() {
    this.#shelf = undefined;
  }
}

const product = (n: number, name = `product ${n}`): ProductRow => ({
  id: idOf(n),
  sku: `S${String(n).padStart(3, "0")}`,
  name,
  spec: "",
  kind: "GOODS",
  active: true,
  unitId: idOf(0),
  units: [],
  barcodes: [],
  py: "",
  pyf: "",
});

let server: SyncServer;
let db: Database;
const names = (rows: readonly Pick<ProductRow, "name">[]) => rows.map(({ name }) => name);

beforeEach(async () => {
  ThreadlessWorker.started = [];
  vi.stubGlobal("location", new URL("https://huotong.test/"));
  vi.stubGlobal("Worker", ThreadlessWorker);
  server = new SyncServer();
  server.visible.add("product@common");
  for (let n = 1; n <= 3; n += 1) server.put("product@common", product(n));
  db = await freshDevice();
});

afterEach(() => db.shut());

test("is ready once the first download is through, also where there is nothing to sell", async () => {
  for (let n = 1; n <= 3; n += 1) server.remove("product@common", idOf(n));
  const { state } = catalogueOf(db);
  await vi.waitFor(() => expect(state.value.revision).toBe(1), SOON);
  expect(state.value.ready).toBe(false);
  await pull(db);
  await vi.waitFor(() => expect(state.value.ready).toBe(true), SOON);
});

test("shows at the next start what a list began with, and then what is there now", async () => {
  await pull(db);
  expect(names(await firstProducts(db, 2))).toEqual(["product 1", "product 2"]);
  await vi.waitFor(async () => expect(await db.fact("first")).toBeDefined(), SOON);
  const key = packKey("product@common", hashOf("product", idOf(1)));
  await db.pack.put([product(1, "renamed")], key);

  db = await restarted();
  const catalogue = catalogueOf(db);
  const workers = ThreadlessWorker.started.length;
  expect(names(await firstProducts(db, 2))).toEqual(["product 1", "product 2"]);
  expect(ThreadlessWorker.started).toHaveLength(workers);
  expect(names(await catalogue.rows([idOf(1)]))).toEqual(["renamed"]);
  await vi.waitFor(() => expect(catalogue.state.value.ready).toBe(true), SOON);
  expect(names(await firstProducts(db, 2))).toEqual(["renamed", "product 2"]);
});

test("forgets the beginning of the list with the right to see products", async () => {
  await pull(db);
  await firstProducts(db, 2);
  await vi.waitFor(async () => expect(await db.fact("first")).toBeDefined(), SOON);
  server.visible.delete("product@common");
  await pull(db);
  expect(await db.fact("first")).toBeUndefined();
  expect(await catalogueOf(db).search("product", 9)).toEqual([]);
});

test("forgets the prices of the beginning with the right to see them", async () => {
  server.visible.add("product_price@common");
  server.put("product_price@common", { id: idOf(1), price: "7.5" });
  await pull(db);
  expect((await firstProducts(db, 1)).map(({ price }) => price)).toEqual(["7.5"]);
  await vi.waitFor(async () => expect(await db.fact("first")).toBeDefined(), SOON);
  db = await restarted();
  expect((await firstProducts(db, 1)).map(({ price }) => price)).toEqual(["7.5"]);
  server.visible.delete("product_price@common");
  await pull(db);
  expect((await firstProducts(db, 1)).map(({ price }) => price)).toEqual([undefined]);
});

test("who asks because of a change gets what is there after it", async () => {
  await pull(db);
  const catalogue = catalogueOf(db);
  await catalogue.search("product", 9);
  const found = new Promise<ProductRow[]>((resolve) => {
    db.changes.watch(() => resolve(catalogue.search("new", 9)));
  });
  server.put("product@common", product(2, "new name"));
  await pull(db);
  expect(names(await found)).toEqual(["new name"]);
});

test("a worker that has lost its database is replaced, and nobody waits for it", async () => {
  await pull(db);
  const catalogue = catalogueOf(db);
  const [found] = await Promise.all([
    catalogue.search("product", 9),
    vi.waitFor(() => expect(catalogue.state.value.ready).toBe(true), SOON),
  ]);
  expect(found).toHaveLength(3);
  vi.useFakeTimers({ toFake: ["setTimeout", "Date"] });
  ThreadlessWorker.started.at(-1)?.say({ news: "failed", reason: "lost" });
  await expect(catalogue.search("product", 9)).rejects.toThrow("no products");
  expect(catalogue.state.value.ready).toBe(false);
  vi.advanceTimersByTime(10_001);
  vi.useRealTimers();
  expect(ThreadlessWorker.started).toHaveLength(2);
  expect(await catalogue.search("product", 9)).toHaveLength(3);
  await vi.waitFor(() => expect(catalogue.state.value.ready).toBe(true), SOON);
});
