/** Stock of a product at the places of this device, summed as screens show it. */
import { add, type Decimal } from "../../data/decimal";
import type { Id } from "../../offline/types";
import type { Place, StockAt } from "../../offline/views";

export type Sum = { onHand: Decimal; reserved: Decimal; available: Decimal; pending: boolean };
export type PlaceSum = Sum & { id: Id; label: string };

export const NONE: Sum = { onHand: "0", reserved: "0", available: "0", pending: false };

export const sumOf = (levels: readonly StockAt[]): Sum =>
  levels.reduce(
    (sum, level) => ({
      onHand: add(sum.onHand, level.onHand),
      reserved: add(sum.reserved, level.reserved),
      available: add(sum.available, level.available),
      pending: sum.pending || level.pending,
    }),
    NONE,
  );

/** In the order of the places; where there is nothing and nothing is on its way, nothing is said. */
export const byPlace = (levels: readonly StockAt[], places: readonly Place[]): PlaceSum[] =>
  places.flatMap(({ id, label }) => {
    const level = levels.find(({ locationId }) => locationId === id);
    return level ? [{ id, label, ...sumOf([level]) }] : [];
  });
