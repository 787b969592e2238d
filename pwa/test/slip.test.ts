import { describe, expect, test } from "vitest";
import { check, priceIn, total, withProduct } from "../src/features/sales/slip";
import { type FoundProduct, unitsOf } from "../src/features/masterdata/products";

const product: FoundProduct = {
  id: "cup",
  sku: "1042",
  name: "不锈钢水杯",
  spec: "500ml",
  kind: "GOODS",
  price: "2.35",
  available: "90",
  stockLevels: [
    { locationId: "here", available: "50" },
    { locationId: "there", available: "40" },
  ],
  unit: { id: "piece", name: "个", decimals: 0 },
  units: [{ numerator: "12", denominator: "1", unit: { id: "case", name: "箱", decimals: 0 } }],
  barcodes: [
    { code: "6901234500012", kind: "GTIN", unit: null },
    { code: "16901234500019", kind: "GTIN", unit: { id: "case" } },
  ],
};

test("scanning the same product again adds one; the code of a case is a line of its own", () => {
  const once = withProduct([], product, "6901234500012");
  const twice = withProduct(once, product, "6901234500012");
  const withCase = withProduct(twice, product, "16901234500019");
  expect(withCase.map(({ unit, quantity, price }) => [unit.name, quantity, price])).toEqual([
    ["个", "2", "2.35"],
    ["箱", "1", "28.2"],
  ]);
  expect(total(withCase)).toBe("32.90");
});

test("a case costs what is in it", () => {
  expect(unitsOf(product).map((unit) => priceIn(product, unit))).toEqual(["2.35", "28.2"]);
  expect(unitsOf(product).map((unit) => priceIn({ ...product, price: null }, unit))).toEqual(["", ""]);
});

describe("a line", () => {
  const [line] = withProduct([], product);
  if (!line) throw new Error("no line");
  test("is sent as typed, not as shown", () => {
    expect(check({ ...line, quantity: "１０", price: "1.005" }, "here")).toMatchObject({
      amount: "10.05",
      input: { productId: "cup", unitId: "piece", quantity: "10", unitPrice: "1.005" },
    });
  });
  test("says what is wrong with it", () => {
    expect(check({ ...line, quantity: "0" }, "here")).toEqual({ problem: "quantity" });
    expect(check({ ...line, quantity: "" }, "here")).toEqual({ problem: "quantity" });
    expect(check({ ...line, quantity: "0.5" }, "here")).toEqual({ problem: "too-fine" });
    expect(check({ ...line, price: "" }, "here")).toEqual({ problem: "price" });
    expect(check({ ...line, price: "-1" }, "here")).toEqual({ problem: "price" });
  });
  test("notices what is not here, in stock units", () => {
    const pack = unitsOf(product)[1];
    if (!pack) throw new Error("no case");
    expect(check({ ...line, unit: pack, quantity: "4" }, "here")).toMatchObject({ short: false });
    expect(check({ ...line, unit: pack, quantity: "5" }, "here")).toMatchObject({ short: true });
  });
});
