/**
 * A few facts of this device as a whole, on disk when the promise resolves: browsers write localStorage late, and an app
 * that is killed within that half minute has lost it. Where there is no IndexedDB, nothing is kept and nothing is found.
 */
const NAME = "huotong"; // a person's rows are in huotong:<company>:<person>
const STORE = "fact";
const PATIENCE_MS = 2000; // some browsers never answer the first time

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(NAME, 1);
    opening.addEventListener("upgradeneeded", () => opening.result.createObjectStore(STORE));
    opening.addEventListener("success", () => resolve(opening.result));
    opening.addEventListener("error", () => reject(opening.error));
    setTimeout(() => reject(new Error("IndexedDB does not answer")), PATIENCE_MS);
  });
}

async function within(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
  const db = await open();
  try {
    return await new Promise((resolve, reject) => {
      const writing = db.transaction(STORE, mode, { durability: "strict" });
      const request = work(writing.objectStore(STORE));
      writing.addEventListener("complete", () => resolve(request.result));
      writing.addEventListener("abort", () => reject(writing.error));
    });
  } finally {
    db.close();
  }
}

/** `null` forgets it. What cannot be kept is not worth failing for. */
export async function keepFact(name: string, value: unknown): Promise<void> {
  await within("readwrite", (store) => (value === null ? store.delete(name) : store.put(value, name))).catch(
    () => undefined,
  );
}

export const readFact = (name: string): Promise<unknown> =>
  within("readonly", (store) => store.get(name)).catch(() => undefined);
