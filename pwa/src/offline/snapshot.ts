/**
 * The first download, and each one that replaces or widens what is here. Chunks are put aside as they come and are
 * remembered over a reload; when all are here they are moved into place in one transaction.
 */
import { Failed, Unreachable } from "../data/errors";
import { type AlignedLine, isAligned, Products } from "./aligned";
import { attempt } from "./attempt";
import type { Database, Loading, Pack } from "./db";
import { ask, lines } from "./door";
import { hashOf, isSealed, type PackKey, packKey, type PartKey, partKey, partOf } from "./keys";
import { onDevice } from "./open";
import { type Readings, speaker } from "./pinyin";
import { seal } from "./secret";
import { tell } from "./state";
import type { Bucket, CommandRow, Id, Part, PartRows, ProductRow } from "./types";

export const SCHEMA_VERSION = 1;

const AT_ONCE = 3;
const STALE_MS = 24 * 3_600_000;

export type Manifest = {
  schemaVersion: number;
  cursor: string;
  parts: { part: Part; bucket: Bucket; chunks: number }[];
  permissions: string[];
};

type Head = {
  part: Part;
  bucket: Bucket;
  chunk: number;
  chunks: number;
  seq: number;
  schemaVersion: number;
  /** Of products, which come without their pinyin: it would be a third of the download. */
  readings?: Readings;
};
type Line = { n: number; rows: PartRows[Part][] };

/** What was prepared no longer fits what is there: read again, and begin again from that. */
export class Late extends Error {}

/** The server speaks a newer version of the rows than this app. */
export class UpgradeRequired extends Error {}

/** The parts that a pull tells to add; all that the server offers where there is no such pull. */
export type Wanted = { add: readonly PartKey[]; cursor: string } | undefined;

/** Fetches what is wanted, or what is still missing of it. */
export async function stage(db: Database, wanted: Wanted, signal?: AbortSignal): Promise<Loading> {
  for (let again = 0; ; again += 1) {
    try {
      const loading = (await resumable(db, wanted)) ?? (await begin(db, wanted, signal));
      await fetchMissing(db, loading, signal);
      return loading;
    } catch (error) {
      if (!(error instanceof Late)) throw error;
      if (again === 3) throw new Unreachable("the snapshot does not stay the same", { cause: error });
      await attempt(db, () => db.meta.delete("loading"));
    }
  }
}

async function resumable(db: Database, wanted: Wanted): Promise<Loading | undefined> {
  const loading = await attempt(db, () => db.fact("loading"));
  if (loading === undefined || loading.schemaVersion !== SCHEMA_VERSION) return undefined;
  if (Date.now() - loading.startedAt > STALE_MS || loading.whole !== (wanted === undefined)) return undefined;
  const keys = new Set(loading.wanted);
  const same = wanted === undefined || (wanted.add.length === keys.size && wanted.add.every((key) => keys.has(key)));
  return same ? loading : undefined;
}

async function begin(db: Database, wanted: Wanted, signal?: AbortSignal): Promise<Loading> {
  const { status, body } = await ask(db, "/sync/snapshot", undefined, signal);
  if (status !== 200) throw new Failed(status);
  const manifest = body as Manifest;
  if (manifest.schemaVersion > SCHEMA_VERSION) throw new UpgradeRequired();
  if (manifest.schemaVersion < SCHEMA_VERSION) throw new Unreachable("the server is older than the app");
  const offered = manifest.parts.map(({ part, bucket, chunks }) => ({ key: partKey(part, bucket), chunks }));
  const loading: Loading = {
    id: crypto.randomUUID(),
    whole: wanted === undefined,
    wanted: [...(wanted?.add ?? [])],
    schemaVersion: manifest.schemaVersion,
    cursor: wanted?.cursor ?? manifest.cursor,
    permissions: manifest.permissions,
    parts: wanted === undefined ? offered : offered.filter(({ key }) => wanted.add.includes(key)),
    done: [],
    startedAt: Date.now(),
  };
  await attempt(db, () =>
    db.transaction("rw", db.meta, db.staged, async () => {
      await db.staged.clear();
      await db.meta.put(loading, "loading");
    }),
  );
  return loading;
}

type Chunk = { key: PartKey; chunk: number; chunks: number };

const nameOf = ({ key, chunk }: Chunk) => `${key}/${chunk}`;

async function fetchMissing(db: Database, loading: Loading, signal?: AbortSignal) {
  const done = new Set(loading.done);
  const all = loading.parts.flatMap(({ key, chunks }) =>
    Array.from({ length: chunks }, (_, chunk): Chunk => ({ key, chunk, chunks })),
  );
  const missing = all.filter((chunk) => !done.has(nameOf(chunk)));
  const progress = { done: all.length - missing.length, total: all.length, bytes: 0 };
  tell({ download: { ...progress } });
  const stop = new AbortController();
  const signals = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const products = new Products(db, loading);
  const work = async (chunks: Chunk[]) => {
    for (let chunk = chunks.shift(); chunk; chunk = chunks.shift()) {
      progress.bytes += await fetchChunk(db, loading.id, chunk, products, signals);
      progress.done += 1;
      tell({ download: { ...progress } });
    }
  };
  const aligned = missing.filter(({ key }) => isAligned(partOf(key)));
  const others = missing.filter(({ key }) => !isAligned(partOf(key)));
  try {
    // What is said of products is understood once all of them are here.
    for (const chunks of [others, aligned]) await Promise.all(Array.from({ length: AT_ONCE }, () => work(chunks)));
  } catch (error) {
    stop.abort();
    throw error;
  } finally {
    tell({ download: null });
  }
}

/** The lines of a chunk. */
async function readChunk<Shape>(db: Database, chunk: Chunk, query: string, signal: AbortSignal) {
  const [part, bucket] = chunk.key.split("@");
  const path = `/sync/snapshot/${part}/${bucket}/${chunk.chunk}${query}`;
  const { values, bytes } = await lines(db, path, signal).catch((error: unknown) => {
    // Taken from us since the manifest was made.
    if (error instanceof Failed && [403, 404, 410].includes(error.status)) throw new Late(error.message);
    throw error;
  });
  const [head, ...found] = values as [Head | undefined, ...Shape[]];
  if (head === undefined) throw new Unreachable("an empty chunk");
  if (head.chunks !== chunk.chunks || head.schemaVersion !== SCHEMA_VERSION) throw new Late(nameOf(chunk));
  return { head, found, bytes };
}

/** In its short form where there is one and it is of the products that are here, otherwise with all ids. */
async function fetchRows(db: Database, chunk: Chunk, products: Products, signal: AbortSignal) {
  const part = partOf(chunk.key);
  if (!isAligned(part)) return readChunk<Line>(db, chunk, "", signal);
  const { head, found, bytes } = await readChunk<Line | AlignedLine>(db, chunk, "?aligned=1", signal);
  const packs = await Promise.all(
    found.map(async (line) => ("rows" in line ? line : { n: line.n, rows: await products.rows(part, line) })),
  );
  if (packs.every((line): line is Line => line.rows !== undefined)) return { head, found: packs, bytes };
  const whole = await readChunk<Line>(db, chunk, "", signal);
  return { ...whole, bytes: bytes + whole.bytes };
}

async function fetchChunk(db: Database, loadingId: Id, chunk: Chunk, products: Products, signal: AbortSignal) {
  const { head, found: packs, bytes } = await fetchRows(db, chunk, products, signal);
  if (head.readings) {
    const speak = speaker(head.readings);
    for (const { rows } of packs) for (const row of rows as ProductRow[]) Object.assign(row, speak(row.name));
  }
  const ready = await Promise.all(
    [...packed(chunk.key, packs)].map(async ([key, rows]): Promise<[PackKey, Pack]> => [
      key,
      isSealed(key) ? await seal(db.key, rows) : rows,
    ]),
  );
  await attempt(db, () =>
    db.transaction("rw", db.meta, db.staged, async () => {
      const loading = await db.fact("loading");
      if (loading?.id !== loadingId) throw new Late(nameOf(chunk));
      await db.staged.bulkPut(
        ready.map(([, pack]) => pack),
        ready.map(([key]) => key),
      );
      if (!loading.done.includes(nameOf(chunk))) loading.done.push(nameOf(chunk));
      await db.meta.put(loading, "loading");
    }),
  );
  return bytes;
}

function packed(key: PartKey, read: readonly Line[]): Map<PackKey, PartRows[Part][]> {
  const part = partOf(key);
  const found = new Map<PackKey, PartRows[Part][]>();
  for (const row of read.flatMap(({ rows }) => rows)) {
    if (!onDevice(part, row)) continue;
    const pack = packKey(key, hashOf(part, row.id));
    const rows = found.get(pack);
    if (rows) rows.push(row);
    else found.set(pack, [row]);
  }
  return found;
}

/** The packs of one part, in order of their keys. */
export const packsOf = (key: PartKey): [PackKey, PackKey] => [`${key}:` as PackKey, `${key};` as PackKey];

/**
 * Moves what was put aside into place, within the caller's transaction over meta, pack and staged. Returns what is there
 * now, and the answers to our calls that were among it.
 */
export async function land(db: Database, loadingId: string): Promise<{ packs: PackKey[]; commands: CommandRow[] }> {
  const loading = await db.fact("loading");
  if (loading?.id !== loadingId) throw new Late("another tab was faster");
  const packs: PackKey[] = [];
  const commands: CommandRow[] = [];
  for (const { key } of loading.parts) {
    const staged = db.staged.where(":id").between(...packsOf(key));
    const keys = await staged.primaryKeys();
    const values = (await db.staged.bulkGet(keys)) as Pack[];
    if (partOf(key) === "command") commands.push(...(values.flat() as CommandRow[]));
    else {
      await db.pack.bulkPut(values, keys);
      packs.push(...keys);
    }
  }
  await db.staged.clear();
  await db.meta.delete("loading");
  return { packs, commands };
}
