import type { Decimal } from "../data/decimal";
import type { Product } from "../offline/views";
import type { Line } from "../ui/ProgressLines";

/** A line of an order as this device keeps it. */
type KeptLine = {
  id: string;
  productId: string;
  unitId: string;
  numerator: Decimal;
  denominator: Decimal;
  ordered: Decimal;
  pending: boolean;
};

/** With the names of its product and its unit. A unit that the product lost since then is not known any more. */
export function orderLine(line: KeptLine, done: Decimal, product: Product | undefined): Line {
  const { id, numerator, denominator, ordered, pending } = line;
  return {
    id,
    numerator,
    denominator,
    ordered,
    done,
    pending,
    unit: product?.units.find((unit) => unit.id === line.unitId) ?? null,
    product: product ? { ...product, unit: product.stockUnit } : null,
  };
}
