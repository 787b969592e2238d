/** A count sheet while it is worked on: a local draft, and what its lines come to. Pure: no storage, no clock. */
import {
  add,
  compare,
  type Decimal,
  decimals,
  type Factor,
  isNegative,
  isZero,
  read,
  subtract,
  toStockUnit,
} from "../../../data/decimal";
import type { ProductUnit } from "../../../offline/views";
import type { PastCall } from "../../../offline/queue";
import type { Id, Moment, PendingCall } from "../../../offline/types";

export type CountUnit = Pick<ProductUnit, "id" | "decimals"> & Factor;

/** What was counted, by unit: 3 箱 and 4 个 stay as they were said. No goods is a part of zero. */
export type Parts = Readonly<Record<Id, Decimal>>;

export type CountLine = {
  productId: Id;
  parts: Parts;
  /** The sum in the stock unit. */
  counted: Decimal;
  countedAt: Moment;
  /** What the books said here at that moment, pending changes included; null where this role sees no stock. */
  book: Decimal | null;
};

export type CountSheet = {
  placeId: Id;
  placeName: string;
  /** Hides the book quantity until the review. */
  blind: boolean;
  /** What is to be counted, in order; null: whatever is scanned or searched. */
  list: readonly Id[] | null;
  /** The words that chose the list; empty: all that is here. */
  part: string;
  lines: Readonly<Record<Id, CountLine>>;
  /** Passed over on purpose: stays uncounted, and keeps its book quantity. */
  skipped: readonly Id[];
  /** Where the person is, with what is typed and not confirmed yet, by unit. */
  at: { productId: Id; typed: Readonly<Record<Id, string>> } | null;
  startedAt: Moment;
  handedInAt: Moment | null;
};

export type Entry =
  | { parts: Parts; counted: Decimal }
  | { problem: "nothing" | "not-a-number" | "too-fine" | "a-code" };

/**
 * What is typed for a product in its units, together. Zero has to be said; an empty keypad is no count. Eight digits and
 * more are a code of a scanner that was too slow to be told from a person.
 */
export function entryOf(typed: Readonly<Record<Id, string>>, units: readonly CountUnit[]): Entry {
  const parts: Record<Id, Decimal> = {};
  let counted: Decimal = "0";
  for (const unit of units) {
    const text = typed[unit.id]?.trim() ?? "";
    if (text === "") continue;
    const quantity = read(text);
    if (quantity === null || isNegative(quantity)) return { problem: "not-a-number" };
    if (/^\d{8,}$/.test(quantity)) return { problem: "a-code" };
    if (decimals(quantity) > unit.decimals) return { problem: "too-fine" };
    parts[unit.id] = quantity;
    counted = add(counted, toStockUnit(quantity, unit));
  }
  return Object.keys(parts).length === 0 ? { problem: "nothing" } : { parts, counted };
}

/** Both counts of a product that was found in two spots. */
export function addedParts(first: Parts, second: Parts): Parts {
  const sum: Record<Id, Decimal> = { ...first };
  for (const [unit, quantity] of Object.entries(second)) sum[unit] = add(sum[unit] ?? "0", quantity);
  return sum;
}

/** Books a count on the sheet: instead of an earlier one, or with `add` on top of it, as of the later moment. */
export function withCount(sheet: CountSheet, line: CountLine, way: "replace" | "add"): CountSheet {
  const before = sheet.lines[line.productId];
  const counted =
    way === "add" && before
      ? { ...line, parts: addedParts(before.parts, line.parts), counted: add(before.counted, line.counted) }
      : line;
  return {
    ...sheet,
    lines: { ...sheet.lines, [line.productId]: counted },
    skipped: sheet.skipped.filter((id) => id !== line.productId),
    at: null,
  };
}

export const withSkip = (sheet: CountSheet, productId: Id): CountSheet => ({
  ...sheet,
  skipped: [...sheet.skipped.filter((id) => id !== productId), productId],
  at: null,
});

/** Takes a count back: the product is uncounted again. */
export function withoutCount(sheet: CountSheet, productId: Id): CountSheet {
  const { [productId]: _, ...lines } = sheet.lines;
  return { ...sheet, lines };
}

/** What is on the sheet, in its order: the list, then what was counted besides. */
export function productsOf(sheet: CountSheet): Id[] {
  const listed = sheet.list ?? [];
  const known = new Set(listed);
  const besides = Object.values(sheet.lines)
    .filter(({ productId }) => !known.has(productId))
    .toSorted((left, right) => left.countedAt.localeCompare(right.countedAt));
  return [...listed, ...besides.map(({ productId }) => productId)];
}

export function progressOf(sheet: CountSheet) {
  const all = productsOf(sheet);
  return { counted: all.filter((id) => sheet.lines[id]).length, total: all.length };
}

/** The next one of the list that is neither counted nor skipped, after `from` and then from the start. */
export function nextOf(sheet: CountSheet, from: Id | null): Id | null {
  const list = sheet.list ?? [];
  const start = from === null ? 0 : list.indexOf(from) + 1;
  const open = (id: Id) => id !== from && !sheet.lines[id] && !sheet.skipped.includes(id);
  return [...list.slice(start), ...list.slice(0, start)].find(open) ?? null;
}

/** The one before or after in the list, counted or not. */
export function neighbourOf(sheet: CountSheet, from: Id, step: 1 | -1): Id | null {
  const all = productsOf(sheet);
  return all[all.indexOf(from) + step] ?? null;
}

export type Finding = CountLine & { difference: Decimal | null; way: "surplus" | "shortage" | "even" | "unknown" };

/** What was found beyond the books or short of them, the largest news first: differences before what agrees. */
export function findingsOf(sheet: CountSheet): Finding[] {
  const found = Object.values(sheet.lines).map((line): Finding => {
    if (line.book === null) return { ...line, difference: null, way: "unknown" };
    const difference = subtract(line.counted, line.book);
    return { ...line, difference, way: isZero(difference) ? "even" : isNegative(difference) ? "shortage" : "surplus" };
  });
  const rank = { shortage: 0, surplus: 1, unknown: 2, even: 3 };
  return found.toSorted(
    (left, right) => rank[left.way] - rank[right.way] || left.countedAt.localeCompare(right.countedAt),
  );
}

export const uncountedOf = (sheet: CountSheet): Id[] => productsOf(sheet).filter((id) => !sheet.lines[id]);

/**
 * What became of a sheet that was handed in: on its way, for a person to decide, booked as a whole or without what was
 * taken out, or taken out. `unknown`: this device remembers none of its calls.
 */
export type Fate = "way" | "stuck" | "booked" | "partly" | "discarded" | "unknown";

/** `calls` of the sheet that are in the queue, and how those ended that have left it. */
export function fateOf(calls: readonly Pick<PendingCall, "state">[], past: readonly Pick<PastCall, "ending">[]): Fate {
  if (calls.some(({ state }) => state === "refused" || state === "parked")) return "stuck";
  if (calls.some(({ state }) => state !== "accepted")) return "way";
  const discarded = past.some(({ ending }) => ending === "discarded");
  if (calls.length > 0 || past.some(({ ending }) => ending === "done")) return discarded ? "partly" : "booked";
  return discarded ? "discarded" : "unknown";
}

const DAY_MS = 24 * 3_600_000;

/** Nothing is left to do about it: a day after it was handed in it is off the list. */
export const isOver = ({ handedInAt }: CountSheet, fate: Fate, now: number) =>
  handedInAt !== null && (fate === "booked" || fate === "unknown") && Date.parse(handedInAt) < now - DAY_MS;

/** As the command takes it: in the stock unit, each line with its moment, 500 to a call. */
export function callsOf(sheet: CountSheet, stockUnitOf: (product: Id) => Id | null, atOnce = 500) {
  const lines = Object.values(sheet.lines)
    .toSorted((left, right) => left.countedAt.localeCompare(right.countedAt) || compare(left.counted, right.counted))
    .map(({ productId, counted, countedAt }) => ({
      productId,
      locationId: sheet.placeId,
      counted,
      unitId: stockUnitOf(productId),
      countedAt,
    }));
  return Array.from({ length: Math.ceil(lines.length / atOnce) }, (_, n) => lines.slice(n * atOnce, (n + 1) * atOnce));
}
