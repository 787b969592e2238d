/** What is entered at the lines of an order: texts as they were typed, each in the unit that its line is counted in. */
import { add, type Decimal, fromStockUnit, isPositive, read, toStockUnit } from "../data/decimal";
import { type OrderLine, type Progress, progressOf } from "../data/progress";

export type LineEntry = {
  typed: Readonly<Record<string, string>>;
  /** Lines of cases that are counted in the stock unit, because a case is broken. */
  loose: readonly string[];
};

export const NOTHING: LineEntry = { typed: {}, loose: [] };

export const progressIn = ({ loose }: LineEntry, line: OrderLine): Progress =>
  progressOf(line, loose.includes(line.id));

export const typeAt = (entry: LineEntry, line: string, text: string): LineEntry => ({
  ...entry,
  typed: { ...entry.typed, [line]: text },
});

/** Counts a line in the stock unit, or in its own again; the other way only what comes out even is kept. */
export function countLoose(entry: LineEntry, line: OrderLine, loose: boolean): LineEntry {
  const before = progressIn(entry, line);
  const others = entry.loose.filter((id) => id !== line.id);
  const next = { ...entry, loose: loose ? [...others, line.id] : others };
  const quantity = read(entry.typed[line.id] ?? "");
  if (quantity === null) return next;
  return typeAt(
    next,
    line.id,
    fromStockUnit(toStockUnit(quantity, before.factor), progressIn(next, line).factor) ?? "",
  );
}

/** `added` in the stock unit; less than zero takes back. A single piece on a line of whole cases breaks one. */
export function addAt(entry: LineEntry, line: OrderLine, added: Decimal): LineEntry {
  const { factor } = progressIn(entry, line);
  const inUnit = fromStockUnit(added, factor);
  if (inUnit === null) return addAt(countLoose(entry, line, true), line, added);
  const sum = add(read(entry.typed[line.id] ?? "") ?? "0", inUnit);
  return typeAt(entry, line.id, isPositive(sum) ? sum : "");
}
