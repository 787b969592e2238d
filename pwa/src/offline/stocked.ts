/** What is to be counted at a place: read once, when a sheet is begun. */
import { isZero } from "../data/decimal";
import { device } from "./device";
import { allRows, stockOf } from "./rows";
import type { Id } from "./types";

/** Goods of which the books say that there is something at the place, by their SKU. */
export async function stockedAt(placeId: Id): Promise<Id[]> {
  if (device.value.status !== "open") return [];
  const { db } = device.value;
  const goods = (await allRows(db, "product")).filter(({ kind }) => kind === "GOODS");
  const stock = await stockOf(
    db,
    goods.map(({ id }) => id),
  );
  const here = (id: Id) =>
    (stock.get(id) ?? []).some(({ locationId, onHand }) => locationId === placeId && !isZero(onHand));
  return goods
    .filter(({ id }) => here(id))
    .toSorted((left, right) => left.sku.localeCompare(right.sku, undefined, { numeric: true }))
    .map(({ id }) => id);
}
