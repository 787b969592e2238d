import { compare, type Decimal, type Factor, toStockUnit } from "../data/decimal";
import type { Progress } from "../data/progress";

type Row = { progress: Progress; now: Decimal };

/**
 * The row that a scanned code counts for, and what one scan adds to it in the stock unit: one piece, or what is in one
 * case for the code of a case. Of several rows with the product the first that is still open is meant.
 */
export function scanned<R extends Row>(
  rows: readonly R[],
  factorOf: (row: R) => Factor | null | undefined,
): { row: R; added: Decimal } | null {
  const hits = rows.flatMap((row) => {
    const factor = factorOf(row);
    return factor ? [{ row, added: toStockUnit("1", factor) }] : [];
  });
  return hits.find(({ row }) => compare(row.progress.open, row.now) > 0) ?? hits[0] ?? null;
}
