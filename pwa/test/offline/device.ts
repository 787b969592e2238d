import "fake-indexeddb/auto";
import { Database, wipe } from "../../src/offline/db";
import type { KeptPart } from "../../src/offline/keys";
import { allRows } from "../../src/offline/rows";
import { COMPANY, type SyncServer, USER } from "./server";

export const HERE = "0198a000-0000-7000-8000-0000000000a0";
export const THERE = "0198a000-0000-7000-8000-0000000000a1";

export const idOf = (n: number) => `0198a000-0000-7000-8000-${(n * 2_654_435_761).toString(16).padStart(12, "0")}`;

let last: Database | undefined;

/** The app was killed and is started again. */
export async function restarted(): Promise<Database> {
  last?.shut();
  last = new Database(COMPANY, USER);
  return last.ready();
}

/** A database nobody has used. */
export async function freshDevice(): Promise<Database> {
  last?.shut();
  await wipe(COMPANY, USER);
  return restarted();
}

const byId = (left: { id: string }, right: { id: string }) => (left.id < right.id ? -1 : 1);

export const held = async (db: Database, part: KeptPart) => (await allRows(db, part)).toSorted(byId);
export const offered = (server: SyncServer, part: KeptPart) => server.rows(part).toSorted(byId);

export const unit = (n: number, name = `unit ${n}`) => ({ id: idOf(n), name, decimals: 0 });
export const price = (n: number, value: string | null) => ({ id: idOf(n), price: value });
export const product = (n: number, name = `product ${n}`) => ({
  id: idOf(n),
  sku: `SKU-${n}`,
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
export const transfer = (n: number, status: "SENT" | "PARTLY_RECEIVED" | "RECEIVED", note = "") => ({
  id: idOf(n),
  number: `T-${n}`,
  status,
  documentOn: "2026-11-24",
  note,
  fromLocationId: HERE,
  toLocationId: THERE,
  lines: [],
});
