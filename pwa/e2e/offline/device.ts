/** What is on the phone: read from IndexedDB and Cache Storage as the browser has them, past the app. */
import { expect, type Page } from "@playwright/test";
import type { Profile } from "../../src/data/profile";
import type { CallLabel, PendingCall, WireCall } from "../../src/offline/types";

export type Kept = PendingCall & { ending?: string; reason?: string };

/** The queue in the order of its making, with what its calls say. */
export const queue = (page: Page): Promise<Kept[]> => calls(page, "call");

/** Calls that are over. */
export const past = (page: Page): Promise<Kept[]> => calls(page, "past");

/** What forms say that are begun and kept, as text. */
export const drafts = async (page: Page): Promise<string> => JSON.stringify(await calls(page, "draft"));

const calls = (page: Page, store: "call" | "past" | "draft") =>
  page.evaluate(async (from) => {
    const result = <Value>(request: IDBRequest<Value>) =>
      new Promise<Value>((next, fail) => {
        request.addEventListener("success", () => next(request.result));
        request.addEventListener("error", () => fail(request.error));
      });
    const found: Kept[] = [];
    for (const { name = "" } of await indexedDB.databases()) {
      if (!name.startsWith("huotong:")) continue;
      const db = await result(indexedDB.open(name));
      const stores = db.transaction([from, "meta"]);
      const key = (await result(stores.objectStore("meta").get("key"))) as CryptoKey;
      const stored = (await result(stores.objectStore(from).getAll())) as (Kept & {
        sealed: Uint8Array<ArrayBuffer>;
      })[];
      db.close();
      for (const { sealed, ...call } of stored) {
        const iv = sealed.subarray(0, 12);
        const clear = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, sealed.subarray(12));
        found.push({ ...call, ...(JSON.parse(new TextDecoder().decode(clear)) as object) });
      }
    }
    return found.toSorted((left, right) => left.n - right.n);
  }, store);

/** How long the queue is: reading what thousands of calls say would keep the page busy. */
export const queued = (page: Page): Promise<number> => counted(page, "call");

/** Forms that are begun and kept. */
export const begun = (page: Page): Promise<number> => counted(page, "draft");

async function counted(page: Page, store: "call" | "draft"): Promise<number> {
  const count = await asked<number>(page, { store, how: "count" });
  if (count === undefined) throw new Error("there is no database");
  return count;
}

/** Whether the rows of this device have the product, whatever a search makes of them. */
export async function holdsProduct(page: Page, id: string): Promise<boolean> {
  const packs = await asked<{ id: string }[][]>(page, {
    store: "pack",
    how: "getAll",
    range: ["product@", "productA"],
  });
  return (packs ?? []).flat().some((row) => row.id === id);
}

type Asked =
  | { store: string; how: "count" }
  | { store: string; how: "get"; key: string }
  | { store: string; how: "getAll"; range: [string, string] };

/** One question to the local database of who is signed in, or was last; undefined where there is none. */
const asked = <Answer>(page: Page, question: Asked): Promise<Answer | undefined> =>
  page.evaluate(async (wanted) => {
    const names = (await indexedDB.databases()).flatMap(({ name = "" }) => (name.startsWith("huotong:") ? [name] : []));
    const { companyId, id } = JSON.parse(localStorage.getItem("huotong.profile") ?? "{}") as Partial<Profile>;
    const own = `huotong:${companyId}:${id}`;
    const name = names.includes(own) ? own : names[0];
    if (name === undefined) return undefined;
    return new Promise((next, fail) => {
      const opening = indexedDB.open(name);
      opening.addEventListener("error", () => fail(opening.error));
      opening.addEventListener("success", () => {
        const store = opening.result.transaction(wanted.store).objectStore(wanted.store);
        const asking =
          wanted.how === "count"
            ? store.count()
            : wanted.how === "get"
              ? store.get(wanted.key)
              : store.getAll(IDBKeyRange.bound(...wanted.range));
        asking.addEventListener("success", () => next(asking.result));
        asking.addEventListener("error", () => fail(asking.error));
        opening.result.close();
      });
    });
  }, question) as Promise<Answer | undefined>;

/** Puts calls into the queue that no screen makes: a poison, five thousand. */
export const plant = (page: Page, planted: readonly (WireCall & { label: CallLabel })[]): Promise<void> =>
  page.evaluate(async (given) => {
    const result = <Value>(request: IDBRequest<Value>) =>
      new Promise<Value>((next, fail) => {
        request.addEventListener("success", () => next(request.result));
        request.addEventListener("error", () => fail(request.error));
      });
    const name = (await indexedDB.databases()).find((one) => one.name?.startsWith("huotong:"))?.name ?? "";
    const db = await result(indexedDB.open(name));
    const key = (await result(db.transaction("meta").objectStore("meta").get("key"))) as CryptoKey;
    const rows = [];
    for (const { body, label, ...call } of given) {
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const clear = new TextEncoder().encode(JSON.stringify({ body, label }));
      const sealed = new Uint8Array([
        ...iv,
        ...new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, clear)),
      ]);
      rows.push({ ...call, state: "waiting", answer: null, attempts: 0, error: null, sealed });
    }
    const writing = db.transaction("call", "readwrite");
    const store = writing.objectStore("call");
    const last = await result(store.index("n").openKeyCursor(null, "prev"));
    const before = Number(last?.key ?? 0);
    rows.forEach((row, n) => store.add({ ...row, n: before + n + 1 }));
    await new Promise<void>((next, fail) => {
      writing.addEventListener("complete", () => next());
      writing.addEventListener("error", () => fail(writing.error));
    });
    db.close();
    const others = new BroadcastChannel(`huotong.changed:${name}`);
    others.postMessage({ parts: ["call"], packs: [] });
    others.close();
    window.dispatchEvent(new Event("online")); // the app looks at its queue again
  }, planted);

/** One of the facts about the local database: its cursor, what it holds. */
export const fact = <Value>(
  page: Page,
  name: "cursor" | "first" | "holds" | "loading" | "revision",
): Promise<Value | undefined> => asked<Value>(page, { store: "meta", how: "get", key: name });

export const databases = (page: Page): Promise<string[]> =>
  page.evaluate(async () =>
    (await indexedDB.databases()).map(({ name }) => name ?? "").filter((name) => name.startsWith("huotong:")),
  );

/** The addresses in Cache Storage. */
export const cached = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const found: string[] = [];
    for (const name of await caches.keys())
      for (const { url } of await (await caches.open(name)).keys()) found.push(new URL(url).pathname);
    return found;
  });

/** The app itself opens without a network. */
export const installed = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller)
      await new Promise((next) => navigator.serviceWorker.addEventListener("controllerchange", next, { once: true }));
  });

/** The app is installed and all that this person may see is here: from now on it needs no network. */
export async function equipped(page: Page): Promise<void> {
  await installed(page);
  // The first download may lack what changed a moment ago: the pull after it brings that.
  await expect
    .poll(async () => ((await fact<number>(page, "revision")) ?? 0) > 1 && !(await fact(page, "loading")), {
      message: "the first download",
      timeout: 40_000,
    })
    .toBe(true);
}

/** All that was in the queue is done and shown by the server's own rows. */
export const emptied = (page: Page, timeout = 20_000) =>
  expect.poll(async () => (await queue(page)).map(({ state }) => state), { message: "the queue", timeout }).toEqual([]);
