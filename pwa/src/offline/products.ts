/** Rows of products as screens show them, and the ones that a list of them begins with. */
import { catalogueOf } from "./catalogue";
import type { Database } from "./db";
import { allRows, holds, rowOf } from "./rows";
import { seal, unseal } from "./secret";
import type { Product, ProductUnit } from "./shapes";
import type { Id, ProductRow, UnitRow } from "./types";

/** Units resolved, and the prices that this person may see. */
export async function productsFrom(db: Database, rows: readonly ProductRow[]): Promise<Product[]> {
  const ids = rows.map((row) => row.id);
  const [priced, costed, units, prices, costs] = await Promise.all([
    holds(db, "product_price"),
    holds(db, "product_cost"),
    allRows(db, "unit"),
    rowOf(db, "product_price", ids),
    rowOf(db, "product_cost", ids),
  ]);
  const unitOf = new Map(units.map((unit) => [unit.id, unit]));
  return rows.map((row) => ({
    id: row.id,
    sku: row.sku,
    name: row.name,
    spec: row.spec,
    kind: row.kind,
    active: row.active,
    stockUnit: unitIn(unitOf, { unitId: row.unitId, numerator: "1", denominator: "1" }),
    units: [
      unitIn(unitOf, { unitId: row.unitId, numerator: "1", denominator: "1" }),
      ...row.units.filter((unit) => unit.unitId !== row.unitId).map((unit) => unitIn(unitOf, unit)),
    ],
    barcodes: row.barcodes,
    price: prices.get(row.id)?.price ?? (priced ? null : undefined),
    referenceCost: costs.get(row.id)?.referenceCost ?? (costed ? null : undefined),
  }));
}

function unitIn(units: ReadonlyMap<Id, UnitRow>, factor: ProductRow["units"][number]): ProductUnit {
  const { unitId, numerator, denominator } = factor;
  const unit = units.get(unitId);
  return { id: unitId, name: unit?.name ?? "", decimals: unit?.decimals ?? 0, numerator, denominator };
}

/** Of what an unfiltered list begins with, so many are kept for the next start. */
const FIRST = 60;

const kept = new WeakMap<Database, string>();

/**
 * The beginning of an unfiltered list: at once as it was last time, from one record, where the prices of these few alone
 * are in most of the packs; read anew once all products are in memory.
 */
export async function firstProducts(db: Database, limit: number): Promise<Product[]> {
  const catalogue = catalogueOf(db);
  const first = catalogue.state.value.ready ? undefined : await db.fact("first");
  if (first instanceof Uint8Array) return ((await unseal(db.key, first)) as Product[]).slice(0, limit);
  const revision = await db.fact("revision");
  const products = await productsFrom(db, await catalogue.search("", Math.max(limit, FIRST)));
  void keepFirst(db, products.slice(0, FIRST), revision).catch(() => undefined); // the next start only takes longer
  return products.slice(0, limit);
}

/** Not if rows or rights are others by now. */
async function keepFirst(db: Database, products: readonly Product[], revision: number | undefined) {
  const text = JSON.stringify(products);
  if (products.length === 0 || (text === kept.get(db) && (await db.fact("first")) !== undefined)) return;
  const sealed = await seal(db.key, products);
  await db.transaction("rw", db.meta, async () => {
    if ((await db.fact("revision")) !== revision) return;
    await db.meta.put(sealed, "first");
    kept.set(db, text);
  });
}
