import type { Decimal } from "../../data/decimal";
import { useMe } from "../../data/me";
import type { Id } from "../../offline/types";
import { type Product, type ProductUnit, useProducts, useStock } from "../../offline/views";
import { check, type EntryLine } from "../entry";
import { availableAt } from "../masterdata/products";
import { type KeptLine, withGoods } from "./goods";

const kept = ({ key, product, unit, quantity }: EntryLine): KeptLine => ({
  key,
  productId: product.id,
  unitId: unit.id,
  quantity,
});

type Put = (change: (before: readonly KeptLine[]) => KeptLine[]) => void;

/** Lines of goods without prices: what they mean, and what the command takes. `takenFrom`: goods leave that place. */
export function useGoodsLines(lines: readonly KeptLine[], takenFrom: Id | null, put: Put) {
  const { can } = useMe();
  const ids = lines.map(({ productId }) => productId);
  const products = useProducts(ids);
  const stock = useStock(ids);
  const known = lines.flatMap((line): EntryLine[] => {
    const product = products.get(line.productId);
    const unit = product?.units.find(({ id }) => id === line.unitId) ?? product?.stockUnit;
    return product && unit ? [{ key: line.key, product, unit, quantity: line.quantity, price: "" }] : [];
  });
  const available = (line: EntryLine) =>
    takenFrom === null ? null : availableAt(line.product, can("stock.read") ? stock : null, takenFrom);
  const checks = known.map((line) => check(line, "hidden", available(line)));
  const inputs = checks.flatMap((line) => (line.problem === undefined ? [line.input] : []));
  return {
    lines: known,
    checks,
    inputs,
    available: takenFrom !== null && can("stock.read") ? available : undefined,
    short: checks.some((line) => line.problem === undefined && line.short),
    /** Products that are not on this device, or not yet. */
    missing: lines.length - known.length,
    complete: lines.length > 0 && inputs.length === lines.length,
    change: (next: EntryLine[]) => put(() => next.map(kept)),
    changeUnit: (line: EntryLine, unit: EntryLine["unit"]) =>
      put((before) => before.map((one) => (one.key === line.key ? { ...one, unitId: unit.id } : one))),
    add: (product: Product, unit: ProductUnit, more: Decimal) =>
      put((before) => withGoods(before, product.id, unit.id, more)),
  };
}

export type GoodsLinesOf = ReturnType<typeof useGoodsLines>;
