/** Brings the rows of this device up to date. Every page is applied as a whole, with its cursor, or not at all. */
import { Failed, Unreachable } from "../data/errors";
import { attempt, DatabaseLost, StorageFull } from "./attempt";
import type { Database, Pack } from "./db";
import { ask } from "./door";
import { hashOf, isSealed, type PackKey, packKey, type PartKey, partKey, partOf } from "./keys";
import { onDevice } from "./open";
import { rowsIn } from "./packs";
import { seal } from "./secret";
import { onCommandRows } from "./queue";
import { land, Late, packsOf, SCHEMA_VERSION, stage, UpgradeRequired } from "./snapshot";
import { tell } from "./state";
import type { Bucket, CommandRow, Id, Part, PartRows } from "./types";

const PAGE = 1000;
const WAIT_MS = 20_000;
const RESETS = 2;
/** A right to see that is lost takes along what the list of products would begin with. */
const SHOWN_FIRST: ReadonlySet<Part> = new Set(["product", "product_price", "product_cost"]);

type Page = {
  schemaVersion: number;
  cursor: string;
  hasMore: boolean;
  reset: boolean;
  drop: PartKey[];
  add: PartKey[];
  permissions: string[];
  changes: { part: Part; bucket: Bucket; rows: PartRows[Part][]; gone: Id[] }[];
};

/**
 * Pulls until nothing is left. One tab at a time: the lock saves traffic, the revision keeps it right without. False if
 * another tab is at it, or if only a newer app can; with `wait`, that tab is waited for.
 */
export async function pull(
  db: Database,
  { wait = false, signal }: { wait?: boolean; signal?: AbortSignal } = {},
): Promise<boolean> {
  const patience = AbortSignal.timeout(WAIT_MS);
  const how = wait ? { signal: signal ? AbortSignal.any([patience, signal]) : patience } : { ifAvailable: true };
  try {
    return await navigator.locks.request(`huotong.pull:${db.name}`, how, async (lock) => {
      if (lock === null) return false;
      await catchUp(db, signal);
      tell({ upgrade: false, problem: null });
      return true;
    });
  } catch (error) {
    if (error instanceof UpgradeRequired) {
      tell({ upgrade: true });
      return false;
    }
    if (error === patience.reason) return false;
    if (error instanceof StorageFull) tell({ problem: "storage_full" });
    else if (error instanceof DatabaseLost) tell({ problem: "database_lost" });
    else if (error instanceof Failed) tell({ problem: "server" });
    throw error;
  }
}

async function catchUp(db: Database, signal?: AbortSignal) {
  let resets = 0;
  for (let more = true; more;) {
    const known = await attempt(db, () => read(db));
    try {
      if (known.cursor === undefined || known.schemaVersion !== SCHEMA_VERSION) {
        await replaceAll(db, signal);
      } else {
        const page = await askPage(db, known.cursor, known, signal);
        if (page.reset && ++resets > RESETS) throw new Unreachable("the server does not know its own cursor");
        if (page.reset) await replaceAll(db, signal);
        else await apply(db, page, known, signal);
        more = page.reset || page.hasMore;
      }
    } catch (error) {
      if (!(error instanceof Late)) throw error;
    }
  }
}

type Known = Awaited<ReturnType<typeof read>>;

const read = (db: Database) =>
  db.transaction("r", db.meta, db.call, async () => ({
    cursor: await db.fact("cursor"),
    schemaVersion: await db.fact("schemaVersion"),
    holds: (await db.fact("holds")) ?? [],
    revision: (await db.fact("revision")) ?? 0,
    unsent: await db.call.where("state").anyOf("waiting", "sent").count(),
  }));

async function askPage(db: Database, cursor: string, { holds, unsent }: Known, signal?: AbortSignal): Promise<Page> {
  const asked = { schemaVersion: SCHEMA_VERSION, cursor, holds, unsent, limit: PAGE };
  const { status, body } = await ask(db, "/sync/pull", asked, signal);
  if (status === 400 && (body as { error?: string } | null)?.error === "upgrade_required") throw new UpgradeRequired();
  if (status !== 200) throw new Failed(status);
  return body as Page;
}

/** A snapshot in place of all rows; the queue is not touched. */
async function replaceAll(db: Database, signal?: AbortSignal) {
  const { id, parts, cursor, permissions } = await stage(db, undefined, signal);
  const news = await attempt(db, () =>
    db.transaction("rw", [db.meta, db.pack, db.staged, db.call, db.past], async () => {
      const held = await db.pack.toCollection().primaryKeys();
      await db.pack.clear();
      await db.meta.delete("first");
      const { packs, commands } = await land(db, id);
      const rights = await note(db, { cursor, holds: parts.map(({ key }) => key), permissions });
      await onCommandRows(db, commands);
      return { packs: [...held, ...packs], rights, answered: commands.length > 0 };
    }),
  );
  announce(db, news);
}

async function apply(db: Database, page: Page, known: Known, signal?: AbortSignal) {
  const added = page.add.length > 0 ? await stage(db, page, signal) : undefined;
  const dropped = new Set(page.drop);
  const holds = known.holds.filter((key) => !dropped.has(key));
  const written = await prepare(db, page, new Set(holds));
  const answers = page.changes.flatMap(({ part, rows }) => (part === "command" ? (rows as CommandRow[]) : []));
  const news = await attempt(db, () =>
    db.transaction("rw", [db.meta, db.pack, db.staged, db.call, db.past], async () => {
      if (((await db.fact("revision")) ?? 0) !== known.revision) throw new Late();
      const packs: PackKey[] = [...written.keys()];
      for (const key of page.drop) {
        const range = db.pack.where(":id").between(...packsOf(key));
        packs.push(...(await range.primaryKeys()));
        await range.delete();
        if (SHOWN_FIRST.has(partOf(key))) await db.meta.delete("first");
      }
      if (added) {
        const landed = await land(db, added.id);
        packs.push(...landed.packs);
        answers.push(...landed.commands);
        holds.push(...added.parts.map(({ key }) => key).filter((key) => !holds.includes(key)));
      }
      await db.pack.bulkDelete([...written].filter(([, pack]) => pack.length === 0).map(([key]) => key));
      const full = [...written].filter(([, pack]) => pack.length > 0);
      await db.pack.bulkPut(
        full.map(([, pack]) => pack),
        full.map(([key]) => key),
      );
      // A download that was interrupted has chunks that are older than this page.
      const rights = await note(db, { cursor: added?.cursor ?? page.cursor, holds, permissions: page.permissions });
      await onCommandRows(db, answers);
      return { packs, rights, answered: answers.length > 0 };
    }),
  );
  announce(db, news);
}

/** The packs as they will be. Outside the transaction, which would not wait for the encryption. */
async function prepare(db: Database, page: Page, holds: ReadonlySet<PartKey>): Promise<Map<PackKey, Pack>> {
  type Edit = { rows: PartRows[Part][]; gone: Id[] };
  const edits = new Map<PackKey, Edit>();
  for (const { part, bucket, rows, gone } of page.changes) {
    const key = partKey(part, bucket);
    if (part === "command" || !holds.has(key)) continue;
    const editOf = (id: Id) => {
      const pack = packKey(key, hashOf(part, id));
      const edit = edits.get(pack) ?? { rows: [], gone: [] };
      edits.set(pack, edit);
      return edit;
    };
    for (const row of rows) {
      if (onDevice(part, row)) editOf(row.id).rows.push(row);
      else editOf(row.id).gone.push(row.id);
    }
    for (const id of gone) editOf(id).gone.push(id);
  }
  const keys = [...edits.keys()];
  const present = await attempt(db, () => db.pack.bulkGet(keys));
  const written = await Promise.all(
    keys.map(async (key, n): Promise<[PackKey, Pack]> => {
      const { rows, gone } = edits.get(key) as Edit;
      const after = new Map((await rowsIn(db, present[n])).map((row) => [row.id, row]));
      for (const row of rows) after.set(row.id, row);
      for (const id of gone) after.delete(id);
      const pack = [...after.values()];
      return [key, isSealed(key) && pack.length > 0 ? await seal(db.key, pack) : pack];
    }),
  );
  return new Map(written);
}

type Now = { cursor: string; holds: PartKey[]; permissions: string[] };

/** Within the transaction that makes it true. Says whether this person's rights are others than before. */
async function note(db: Database, now: Now): Promise<boolean> {
  const profile = await db.fact("profile");
  await db.meta.bulkPut(
    [now.cursor, SCHEMA_VERSION, now.holds, ((await db.fact("revision")) ?? 0) + 1, Date.now()],
    ["cursor", "schemaVersion", "holds", "revision", "contactAt"],
  );
  if (profile === undefined || profile.permissions.join() === now.permissions.join()) return false;
  await db.meta.put({ ...profile, permissions: now.permissions }, "profile");
  return true;
}

type News = { packs: PackKey[]; rights: boolean; answered: boolean };

function announce(db: Database, { packs, rights, answered }: News) {
  const parts = new Set<Part | "profile" | "call">(packs.map(partOf));
  if (rights) parts.add("profile");
  if (answered) parts.add("call");
  if (parts.size > 0) db.changes.tell({ parts: [...parts], packs });
}
