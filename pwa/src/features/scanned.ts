import { compare, type Decimal, type Factor, fromStockUnit, toStockUnit } from "../data/decimal";
import type { Progress } from "../data/progress";

type Row = { progress: Progress; now: Decimal };

/**
 * The row that a scanned code counts for, and what one scan adds to it in the row's unit: one piece, or one case for
 * the code of a case. Of several rows with the product the first that is still open is meant.
 */
export function scanned<R extends Row>(
  rows: readonly R[],
  factorOf: (row: R) => Factor | null | undefined,
): { row: R; quantity: Decimal } | null {
  const hits = rows.flatMap((row) => {
    const factor = factorOf(row);
    const quantity = factor && fromStockUnit(toStockUnit("1", factor), row.progress.factor);
    return quantity ? [{ row, quantity }] : [];
  });
  return hits.find(({ row }) => compare(row.progress.open, row.now) > 0) ?? hits[0] ?? null;
}
