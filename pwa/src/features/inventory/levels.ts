import { add, type Decimal } from "../../data/decimal";

type Level = {
  onHand: Decimal;
  reserved: Decimal;
  available: Decimal;
  location: { warehouse: { id: string; name: string } | null } | null;
};

export type WarehouseLevel = { id: string; name: string; onHand: Decimal; reserved: Decimal; available: Decimal };

/** Stock summed by warehouse, places of one warehouse together, by name. */
export function byWarehouse(levels: readonly Level[]): WarehouseLevel[] {
  const sums = new Map<string, WarehouseLevel>();
  for (const { onHand, reserved, available, location } of levels) {
    const warehouse = location?.warehouse;
    if (!warehouse) continue;
    const sum = sums.get(warehouse.id) ?? { ...warehouse, onHand: "0", reserved: "0", available: "0" };
    sums.set(warehouse.id, {
      ...sum,
      onHand: add(sum.onHand, onHand),
      reserved: add(sum.reserved, reserved),
      available: add(sum.available, available),
    });
  }
  return [...sums.values()].toSorted((left, right) => left.name.localeCompare(right.name));
}
