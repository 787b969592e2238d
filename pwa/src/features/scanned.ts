import { compare, type Decimal } from "../data/decimal";
import type { Progress } from "../data/progress";

type Row = { line: { product: { id: string } | null }; progress: Progress; now: Decimal };

/** The row that a scanned product counts for: of several the first that is still open. */
export function scanned<R extends Row>(rows: readonly R[], productId: string): R | undefined {
  const hits = rows.filter(({ line }) => line.product?.id === productId);
  return hits.find(({ progress, now }) => compare(progress.open, now) > 0) ?? hits[0];
}
