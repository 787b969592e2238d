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
import { unitOfCode } from "./masterdata/products";

export type EntryLine = {
  key: string;
  product: Product;
  unit: ProductUnit;
  quantity: string;
  price: string;
};

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

/** One more of a product: on the line that already has it in that unit, or on a new one. */
export function withProduct(
  lines: readonly EntryLine[],
  product: Product,
  priceIn: (product: Product, unit: ProductUnit) => string,
  code?: string,
): EntryLine[] {
  const unit = (code === undefined ? undefined : unitOfCode(product, code)) ?? product.stockUnit;
  const same = lines.find((line) => line.product.id === product.id && line.unit.id === unit.id);
  if (same) {
    const quantity = add(read(same.quantity) ?? "0", "1");
    return lines.map((line) => (line === same ? { ...line, quantity } : line));
  }
  return [...lines, { key: uuid7(), product, unit, quantity: "1", price: priceIn(product, unit) }];
}
