import "fake-indexeddb/auto";
import { beforeEach, expect, test } from "vitest";
import type { Database, StoredDraft } from "../../src/offline/db";
import { openFor } from "../../src/offline/device";
import { changeDraft, dropDraft, keepDraft, readDrafts } from "../../src/offline/drafts";
import { seal } from "../../src/offline/secret";
import { freshDevice } from "./device";
import { COMPANY, USER } from "./server";

type Slip = { partner: string; price: string; lines: string[] };

let db: Database;

beforeEach(async () => {
  await freshDevice();
  db = await openFor(COMPANY, USER);
  await db.draft.clear();
});

/** The records as they lie in the database, without the library that the app reads them by. */
async function raw(): Promise<Record<string, unknown>[]> {
  const request = <Value>(asked: IDBRequest<Value>) =>
    new Promise<Value>((resolve, reject) => {
      asked.addEventListener("success", () => resolve(asked.result));
      asked.addEventListener("error", () => reject(asked.error));
    });
  const bare = await request(indexedDB.open(db.name));
  const records = await request(bare.transaction("draft").objectStore("draft").getAll());
  bare.close();
  return records as Record<string, unknown>[];
}

test("what is typed lies encrypted, and is read as it was", async () => {
  const slip: Slip = { partner: "Zhang San", price: "88.50", lines: [] };
  await keepDraft("slip", "slip", slip);
  await changeDraft<Slip>("slip", (before) => ({ ...before, lines: ["cola"] }));
  const [record] = await raw();
  expect(Object.keys(record ?? {}).toSorted()).toEqual(["changedAt", "id", "kind", "sealed", "version"]);
  const bytes = record?.sealed as Uint8Array;
  expect(bytes).toBeInstanceOf(Uint8Array);
  expect(`${JSON.stringify(record)} ${new TextDecoder().decode(bytes)}`).not.toMatch(/Zhang|88\.50|cola/);
  expect(await readDrafts(db)).toMatchObject([{ id: "slip", kind: "slip", body: { ...slip, lines: ["cola"] } }]);
});

test("keys pressed faster than they are encrypted are written in their order", async () => {
  const texts = Array.from({ length: 30 }, (_, n) => "x".repeat(3000 - n * 100) + String(n));
  await Promise.all(texts.map((text) => keepDraft("slip", "slip", text)));
  expect(await readDrafts(db)).toMatchObject([{ body: texts.at(-1) }]);
  const typed = keepDraft("slip", "slip", "late");
  await dropDraft("slip");
  await typed;
  expect(await raw()).toEqual([]);
});

test("what another tab writes at the same moment is not lost", async () => {
  await keepDraft<string[]>("sheet", "count", []);
  const { id, kind, changedAt } = (await db.draft.get("sheet")) as StoredDraft;
  const theirs = { id, kind, changedAt, version: "theirs", sealed: await seal(db.key, ["theirs"]) };
  const read: string[][] = [];
  await changeDraft<string[]>("sheet", (lines) => {
    if (read.push(lines) === 1) void db.draft.put(theirs); // after our reading, before our writing
    return [...lines, "ours"];
  });
  expect(read).toEqual([[], ["theirs"]]);
  expect(await readDrafts(db)).toMatchObject([{ body: ["theirs", "ours"] }]);
});
