import { expect, test } from "vitest";
import { withGoods } from "../src/features/inventory/goods";

test("one more of the same in the same unit counts on its line, in another unit on a line of its own", () => {
  const once = withGoods([], "cup", "piece", "1");
  const twice = withGoods(withGoods(once, "cup", "piece", "1"), "cup", "box", "0.5");
  expect(twice).toMatchObject([
    { productId: "cup", unitId: "piece", quantity: "2" },
    { productId: "cup", unitId: "box", quantity: "0.5" },
  ]);
  expect(new Set(twice.map(({ key }) => key)).size).toBe(2);
});

test("what is taken back leaves no line of nothing, and a half typed quantity counts as none", () => {
  const once = withGoods([], "cup", "piece", "2");
  expect(withGoods(once, "cup", "piece", "-2")).toEqual([]);
  expect(withGoods([{ key: "k", productId: "cup", unitId: "piece", quantity: "x" }], "cup", "piece", "1")).toEqual([
    { key: "k", productId: "cup", unitId: "piece", quantity: "1" },
  ]);
});
