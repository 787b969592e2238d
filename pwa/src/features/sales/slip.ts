/** What is on a slip before it is sent: typed texts, what they mean, and what they come to. */
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
} from "../../data/decimal";
import { uuid7 } from "../../data/uuid";
import { availableAt, type FoundProduct, type ProductUnit, unitOfCode, unitsOf } from "../masterdata/products";

export type SlipLine = {
  key: string;
  product: FoundProduct;
  unit: ProductUnit;
  quantity: string;
  price: string;
};

export type LineCheck =
  | { problem: "quantity" | "too-fine" | "price" }
  | {
      problem?: undefined;
      amount: Decimal;
      /** More than can be taken from the place. */
      short: boolean;
      input: { productId: string; unitId: string; quantity: Decimal; unitPrice: Decimal };
    };

export function check(line: SlipLine, place: string): LineCheck {
  const [quantity, price] = [read(line.quantity), read(line.price)];
  if (quantity === null || !isPositive(quantity)) return { problem: "quantity" };
  if (decimals(quantity) > line.unit.decimals) return { problem: "too-fine" };
  if (price === null || isNegative(price)) return { problem: "price" };
  const available = availableAt(line.product, place);
  return {
    amount: toCents(multiply(quantity, price)),
    short: available !== null && compare(toStockUnit(quantity, line.unit.factor), available) > 0,
    input: { productId: line.product.id, unitId: line.unit.id, quantity, unitPrice: price },
  };
}

export const total = (lines: readonly SlipLine[]): Decimal =>
  toCents(
    add(
      ...lines.map((line) => {
        const [quantity, price] = [read(line.quantity), read(line.price)];
        return quantity === null || price === null ? "0" : toCents(multiply(quantity, price));
      }),
    ),
  );

/** The retail price is of one stock unit; a case costs as much as what is in it until it has a price of its own. */
export const priceIn = (product: FoundProduct, unit: ProductUnit): string =>
  product.price === null ? "" : trimmed(toStockUnit(product.price, unit.factor));

const trimmed = (value: Decimal) => read(value) ?? value;

/** One more of a product: on the line that already has it in that unit, or on a new one. */
export function withProduct(lines: readonly SlipLine[], product: FoundProduct, code?: string): SlipLine[] {
  const unit = (code === undefined ? undefined : unitOfCode(product, code)) ?? unitsOf(product)[0];
  if (!unit) return [...lines];
  const same = lines.find((line) => line.product.id === product.id && line.unit.id === unit.id);
  if (same) {
    const quantity = add(read(same.quantity) ?? "0", "1");
    return lines.map((line) => (line === same ? { ...line, quantity } : line));
  }
  return [...lines, { key: uuid7(), product, unit, quantity: "1", price: priceIn(product, unit) }];
}
