/** Quantities and money: decimal strings in, decimal strings out. Nothing here, and nothing that calls it, is a float. */
import { Big } from "big.js";
import { numbers } from "./formatters";

export type Decimal = string;

const Exact = Big();
Exact.strict = true; // refuses a JavaScript number instead of quietly taking its rounding along
Exact.DP = 20;
Exact.RM = Exact.roundHalfUp;

const plain = (value: Big) => value.toFixed();

export const add = (...values: Decimal[]) => plain(values.reduce((sum, value) => sum.plus(value), new Exact("0")));
export const subtract = (from: Decimal, value: Decimal) => plain(new Exact(from).minus(value));
export const multiply = (left: Decimal, right: Decimal) => plain(new Exact(left).times(right));
export const compare = (left: Decimal, right: Decimal) => new Exact(left).cmp(right);
export const isZero = (value: Decimal) => new Exact(value).eq("0");
export const isPositive = (value: Decimal) => new Exact(value).gt("0");
export const isNegative = (value: Decimal) => new Exact(value).lt("0");
export const positivePart = (value: Decimal) => (isNegative(value) ? "0" : value);

/** An amount of money: rounded half up to the cent, away from zero as on paper. */
export const toCents = (value: Decimal) => new Exact(value).toFixed(2);

export type Factor = { numerator: Decimal; denominator: Decimal };

/** A quantity of a document's unit in the product's stock unit. */
export const toStockUnit = (quantity: Decimal, factor: Factor) =>
  plain(new Exact(quantity).times(factor.numerator).div(factor.denominator));

/** The other way; null where it does not come out even, so that nobody receives 3.3333333 cases. */
export function fromStockUnit(quantity: Decimal, factor: Factor): Decimal | null {
  const exact = new Exact(quantity).times(factor.denominator);
  const inUnit = exact.div(factor.numerator);
  return inUnit.times(factor.numerator).eq(exact) ? plain(inUnit) : null;
}

/** As much of a unit as a stock quantity fills, cut to the decimals that the unit may have: 50 pieces are 4 dozen. */
export const wholeFromStockUnit = (quantity: Decimal, factor: Factor, places: number) =>
  plain(new Exact(quantity).times(factor.denominator).div(factor.numerator).round(places, Exact.roundDown));

export const decimals = (value: Decimal) => value.split(".")[1]?.replace(/0+$/, "").length ?? 0;

const HALF_WIDTH: Record<string, string> = { "。": ".", "．": ".", "，": "", ",": "", " ": "", "－": "-", "−": "-" };

/** What a person typed, or null if it is no number. Digits and marks of a Chinese keyboard count like the others. */
export function read(text: string): Decimal | null {
  const typed = text
    .trim()
    .replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0))
    .replace(/[。．，, －−]/g, (mark) => HALF_WIDTH[mark] ?? mark);
  return /^-?(\d{1,15}(\.\d{0,10})?|\.\d{1,10})$/.test(typed) ? plain(new Exact(typed.replace(/\.$/, ""))) : null;
}

/** Grouped for reading. Intl takes the string as it is, digit by digit. */
export const show = (value: Decimal, locale: string, options: Intl.NumberFormatOptions = {}) =>
  numbers(locale, { maximumFractionDigits: 10, ...options }).format(value as Intl.StringNumericLiteral);
