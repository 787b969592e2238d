/** Lines of a document about goods alone, as a draft keeps them. */
import { add, type Decimal, isPositive, read } from "../../data/decimal";
import { uuid7 } from "../../data/uuid";
import type { Id } from "../../offline/types";

/** What the product is called and packed in is looked up when it is shown. */
export type KeptLine = { key: string; productId: Id; unitId: Id; quantity: string };

/** So much more of a product: on the line that already has it in that unit, or on a new one. Nothing left, no line. */
export function withGoods(lines: readonly KeptLine[], productId: Id, unitId: Id, more: Decimal): KeptLine[] {
  const same = lines.find((line) => line.productId === productId && line.unitId === unitId);
  const quantity = add(read(same?.quantity ?? "") ?? "0", more);
  if (!isPositive(quantity)) return lines.filter((line) => line !== same);
  if (!same) return [...lines, { key: uuid7(), productId, unitId, quantity }];
  return lines.map((line) => (line === same ? { ...line, quantity } : line));
}
