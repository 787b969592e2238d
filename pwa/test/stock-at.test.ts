import { expect, test } from "vitest";
import { byPlace, NONE, sumOf } from "../src/features/inventory/stockAt";

const at = (locationId: string, onHand: string, reserved: string, pending = false) => ({
  locationId,
  onHand,
  reserved,
  available: String(Number(onHand) - Number(reserved)),
  pending,
});
const place = (id: string) => ({ id, warehouseId: id, label: `仓 ${id}`, negative: "FORBID" as const });

test("stock is summed over places, and waits if any of it does", () => {
  expect(sumOf([at("a", "10", "4"), at("b", "-2", "0", true)])).toEqual({
    onHand: "8",
    reserved: "4",
    available: "4",
    pending: true,
  });
  expect(sumOf([])).toEqual(NONE);
});

test("places come in their own order, and only those that know the product", () => {
  const found = byPlace([at("b", "1", "0"), at("a", "2", "0")], [place("a"), place("b"), place("c")]);
  expect(found.map(({ label, onHand }) => [label, onHand])).toEqual([
    ["仓 a", "2"],
    ["仓 b", "1"],
  ]);
});
