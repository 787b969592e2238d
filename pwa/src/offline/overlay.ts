/** The preview of the open database, computed once for all screens and again after each change. */
import { useCallback, useRef } from "react";
import type { Database } from "./db";
import { type Goods, preview, type Preview, type PreviewCall } from "./preview";
import { readQueue } from "./queue";
import { allRows, rowOf, stockOf, useRows } from "./rows";
import type { Id, PartRows } from "./types";

export const OVERLAID = ["call", "stock", "purchase_order", "sales_order", "transfer"] as const;

type Remembered<Value> = { version: number; value: Promise<Value> };

/** What `read` finds, once for all who ask before one of the parts changes again. */
function once<Value>(parts: readonly string[], read: (db: Database) => Promise<Value>) {
  const versions = new WeakMap<Database, { value: number }>();
  const last = new WeakMap<Database, Remembered<Value>>();
  const versionOf = (db: Database) => {
    const known = versions.get(db);
    if (known) return known;
    const version = { value: 0 };
    versions.set(db, version);
    db.changes.watch((change) => {
      if (change.parts.some((part) => parts.includes(part))) version.value += 1;
    });
    return version;
  };
  return (db: Database): Promise<Value> => {
    const version = versionOf(db).value;
    const known = last.get(db);
    if (known?.version === version) return known.value;
    const value = read(db);
    last.set(db, { version, value });
    // Whoever asks after a failure asks anew.
    value.catch(() => last.get(db)?.value === value && last.delete(db));
    return value;
  };
}

/** The whole queue, which may be long, for all that is on the screen. */
export const queueOf = once(["call"], readQueue);

/** What the queue will do to the rows of now. */
export const overlayOf = once(OVERLAID, compute);

async function compute(db: Database): Promise<Preview> {
  const calls = await queueOf(db);
  const [purchaseOrders, salesOrders, transfers] = await Promise.all([
    named(db, "purchase_order", calls, "order_id"),
    named(db, "sales_order", calls, "order_id"),
    named(db, "transfer", calls, "transfer_id"),
  ]);
  const productIds = new Set(
    [...purchaseOrders.values(), ...salesOrders.values(), ...transfers.values()]
      .flatMap((document) => document.lines.map((line) => line.productId))
      .concat(calls.flatMap(productsIn)),
  );
  const goods: Map<Id, Goods> = await rowOf(db, "product", productIds);
  return preview({ goods, stock: await stockOf(db, productIds), purchaseOrders, salesOrders, transfers }, calls);
}

const DOCUMENTS = { purchase_order: "purchasing.", sales_order: "sales.", transfer: "inventory." } as const;

function named<Part extends keyof typeof DOCUMENTS>(
  db: Database,
  part: Part,
  calls: readonly PreviewCall[],
  field: "order_id" | "transfer_id",
): Promise<Map<Id, PartRows[Part]>> {
  const ids = calls.filter((call) => call.name.startsWith(DOCUMENTS[part])).map((call) => call.body[field]);
  return rowOf(
    db,
    part,
    ids.filter((id) => typeof id === "string"),
  );
}

function productsIn({ body }: PreviewCall): Id[] {
  const lines = Array.isArray(body.lines) ? (body.lines as { product_id?: unknown }[]) : [];
  return lines.map((line) => line.product_id).filter((id) => typeof id === "string");
}

/** All documents of a part with the overlay: those of this device, and those that only its queue knows. */
export async function documentsOf<Part extends keyof typeof DOCUMENTS, Shown extends { id: Id }>(
  db: Database,
  part: Part,
  pick: (preview: Preview) => Map<Id, Shown>,
  settle: (row: PartRows[Part]) => Shown,
): Promise<Shown[]> {
  const [rows, overlay] = await Promise.all([allRows(db, part), overlayOf(db)]);
  const touched = pick(overlay);
  const known = new Set(rows.map((row) => row.id));
  const unknown = [...touched.values()].filter((document) => !known.has(document.id));
  return [...unknown, ...rows.map((row) => touched.get(row.id) ?? settle(row))];
}

/** The value of `read`, again after each change of what the overlay stands on. */
export function useOverlaid<Result>(read: (db: Database, overlay: Preview) => Promise<Result>): Result | undefined {
  return useRows(
    OVERLAID,
    useCallback(async (db: Database) => read(db, await overlayOf(db)), [read]),
  );
}

type Document = { id: Id; pending: boolean; lines: { pending: boolean }[] };

/**
 * One document; null if it is not on this device. One that is on the screen while the server closes it leaves the
 * device, and stays on the screen as it was.
 */
export function useDocument<Part extends keyof typeof DOCUMENTS, Shown extends Document>(
  id: Id,
  part: Part,
  pick: (preview: Preview) => Map<Id, Shown>,
  settle: (row: PartRows[Part]) => Shown,
): Shown | undefined | null {
  const last = useRef<Shown>(null);
  return useOverlaid(
    useCallback(
      async (db: Database, overlay: Preview) => {
        const row = pick(overlay).has(id) ? undefined : (await rowOf(db, part, [id])).get(id);
        const found = pick(overlay).get(id) ?? (row && settle(row));
        const before = last.current?.id === id ? last.current : null;
        last.current = found ?? (before && still(before));
        return last.current;
      },
      [id, part, pick, settle],
    ),
  );
}

const still = <Shown extends Document>(document: Shown): Shown => ({
  ...document,
  pending: false,
  lines: document.lines.map((line) => ({ ...line, pending: false })),
});
