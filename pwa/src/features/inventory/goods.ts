/** Lines of a document about goods alone, as a draft keeps them. */
import { add, read } from "../../data/decimal";
import { uuid7 } from "../../data/uuid";
import type { Id } from "../../offline/types";
import type { Product } from "../../offline/views";
import { unitOfCode } from "../masterdata/products";

/** What the product is called and packed in is looked up when it is shown. */
export type KeptLine = { key: string; productId: Id; unitId: Id; quantity: string };

/** One more of a product: on the line that already has it in that unit, or on a new one. */
export function withGoods(lines: readonly KeptLine[], product: Product, code?: string): KeptLine[] {
  const unit = (code === undefined ? undefined : unitOfCode(product, code)) ?? product.stockUnit;
  const same = lines.find((line) => line.productId === product.id && line.unitId === unit.id);
  if (!same) return [...lines, { key: uuid7(), productId: product.id, unitId: unit.id, quantity: "1" }];
  const quantity = add(read(same.quantity) ?? "0", "1");
  return lines.map((line) => (line === same ? { ...line, quantity } : line));
}
