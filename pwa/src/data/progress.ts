/** How far a line of an order is: what was ordered, what has come or gone, what comes or goes now. */
import {
  add,
  compare,
  type Decimal,
  decimals,
  type Factor,
  fromStockUnit,
  isNegative,
  isZero,
  positivePart,
  read,
  subtract,
  toStockUnit,
} from "./decimal";

type Unit = { id: string; name: string; decimals: number };

export type OrderLine = {
  id: string;
  numerator: Decimal;
  denominator: Decimal;
  /** In the stock unit, like `done`. */
  ordered: Decimal;
  done: Decimal;
  unit: Unit | null;
  product: { id: string; sku: string; name: string; spec: string; unit: Unit | null } | null;
};

export type Progress = {
  unit: string;
  decimals: number;
  factor: Factor;
  ordered: Decimal;
  done: Decimal;
  open: Decimal;
};

const ONE: Factor = { numerator: "1", denominator: "1" };

/**
 * A line is worked on in its own unit, unless what was done so far is a broken case, or one is to be broken now: then
 * in the stock unit.
 */
export function progressOf(line: OrderLine, inStockUnit = false): Progress {
  const own: Factor = { numerator: line.numerator, denominator: line.denominator };
  const even = !inStockUnit && fromStockUnit(line.ordered, own) !== null && fromStockUnit(line.done, own) !== null;
  const [unit, factor] = even && line.unit ? [line.unit, own] : [line.product?.unit, ONE];
  const ordered = fromStockUnit(line.ordered, factor) ?? line.ordered;
  const done = fromStockUnit(line.done, factor) ?? line.done;
  return {
    unit: unit?.name ?? "",
    decimals: unit?.decimals ?? 0,
    factor,
    ordered,
    done,
    open: positivePart(subtract(ordered, done)),
  };
}

export type Entry = { quantity: Decimal } | { problem: "not-a-number" | "negative" | "too-fine" };

/** What was typed for a line; nothing typed is zero. */
export function entered(text: string, unit: { decimals: number }): Entry {
  if (text.trim() === "") return { quantity: "0" };
  const quantity = read(text);
  if (quantity === null) return { problem: "not-a-number" };
  if (isNegative(quantity)) return { problem: "negative" };
  if (decimals(quantity) > unit.decimals) return { problem: "too-fine" };
  return { quantity };
}

export type After = { state: "none" | "open" | "complete" | "over"; by: Decimal };

/** Where the line stands once `now` is booked. */
export function after(progress: Progress, now: Decimal): After {
  const total = add(progress.done, now);
  const difference = subtract(progress.ordered, total);
  if (isNegative(difference)) return { state: "over", by: subtract("0", difference) };
  if (isZero(difference)) return { state: "complete", by: "0" };
  return { state: isZero(total) ? "none" : "open", by: difference };
}

export type Sent = { lineId: string; quantity: Decimal };

/** The lines that something is entered for, in stock units, as the commands take them. */
export function toSend(lines: readonly { id: string; progress: Progress; now: Decimal }[]): Sent[] {
  return lines
    .filter(({ now }) => compare(now, "0") > 0)
    .map(({ id, progress, now }) => ({ lineId: id, quantity: toStockUnit(now, progress.factor) }));
}
