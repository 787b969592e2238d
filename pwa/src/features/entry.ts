/** Lines of a document that is being written: typed texts, what they mean, and what they come to. */
import {
  add,
  compare,
  type Decimal,
  decimals,
  isNegative,
  isPositive,
  multiply,
  read,
  toCents,
  toStockUnit,
} from "../data/decimal";
import { uuid7 } from "../data/uuid";
import type { Product, ProductUnit } from "../offline/views";

type Typed = { key: string; quantity: string; price: string };

/** As a draft keeps it: what the product is called and packed in is looked up when it is shown. */
export type KeptLine = Typed & { productId: string; unitId: string };

export type EntryLine = Typed & { product: Product; unit: ProductUnit };

/** Lines whose products are known. A unit that the product lost since then becomes its stock unit. */
export const resolved = (lines: readonly KeptLine[], productOf: (id: string) => Product | undefined): EntryLine[] =>
  lines.flatMap(({ productId, unitId, ...typed }) => {
    const product = productOf(productId);
    if (!product) return [];
    return [{ ...typed, product, unit: product.units.find(({ id }) => id === unitId) ?? product.stockUnit }];
  });

/** `optional`: the server knows what to do without one. `hidden`: not this person's to see or to say. */
export type Pricing = "needed" | "optional" | "hidden";

export type LineCheck =
  | { problem: "quantity" | "too-fine" | "price" }
  | {
      problem?: undefined;
      /** Null without a price. */
      amount: Decimal | null;
      /** More than can be taken from the place. */
      short: boolean;
      input: { productId: string; unitId: string; quantity: Decimal; unitPrice?: Decimal };
    };

/** `available`: in the stock unit; null where it is not known, or not asked. */
export function check(line: EntryLine, pricing: Pricing, available: Decimal | null): LineCheck {
  const quantity = read(line.quantity);
  if (quantity === null || !isPositive(quantity)) return { problem: "quantity" };
  if (decimals(quantity) > line.unit.decimals) return { problem: "too-fine" };
  const wanted = { productId: line.product.id, unitId: line.unit.id, quantity };
  const short = available !== null && compare(toStockUnit(quantity, line.unit), available) > 0;
  if (pricing === "hidden" || (pricing === "optional" && line.price.trim() === "")) {
    return { amount: null, short, input: wanted };
  }
  const price = read(line.price);
  if (price === null || isNegative(price)) return { problem: "price" };
  return { amount: toCents(multiply(quantity, price)), short, input: { ...wanted, unitPrice: price } };
}

export const total = (lines: readonly EntryLine[]): Decimal =>
  toCents(
    add(
      ...lines.map((line) => {
        const [quantity, price] = [read(line.quantity), read(line.price)];
        return quantity === null || price === null ? "0" : toCents(multiply(quantity, price));
      }),
    ),
  );

/** The retail price is of one stock unit; a case costs as much as what is in it until it has a price of its own. */
export const retailPrice = (product: Product, unit: ProductUnit): string =>
  product.price == null ? "" : trimmed(toStockUnit(product.price, unit));

const trimmed = (value: Decimal) => read(value) ?? value;

/** So much more of a product: on the line that already has it in that unit, or on a new one. Nothing left, no line. */
export function withProduct(
  lines: readonly KeptLine[],
  product: Product,
  unit: ProductUnit,
  more: Decimal,
  priceIn: (product: Product, unit: ProductUnit) => string,
): KeptLine[] {
  const same = lines.find((line) => line.productId === product.id && line.unitId === unit.id);
  const quantity = add(read(same?.quantity ?? "") ?? "0", more);
  if (!isPositive(quantity)) return lines.filter((line) => line !== same);
  if (same) return lines.map((line) => (line === same ? { ...line, quantity } : line));
  return [...lines, { key: uuid7(), productId: product.id, unitId: unit.id, quantity, price: priceIn(product, unit) }];
}
