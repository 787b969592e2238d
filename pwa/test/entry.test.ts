import { describe, expect, test } from "vitest";
import { check, type KeptLine, resolved, retailPrice, total, withProduct } from "../src/features/entry";
import { availableAt, unitOfCode } from "../src/features/masterdata/products";
import type { Product, StockAt } from "../src/offline/views";

const piece = { id: "piece", name: "个", decimals: 0, numerator: "1", denominator: "1" };
const pack = { id: "case", name: "箱", decimals: 0, numerator: "12", denominator: "1" };
const product: Product = {
  id: "cup",
  sku: "1042",
  name: "不锈钢水杯",
  spec: "500ml",
  kind: "GOODS",
  active: true,
  price: "2.35",
  referenceCost: undefined,
  stockUnit: piece,
  units: [piece, pack],
  barcodes: [
    { code: "6901234500012", unitId: null },
    { code: "16901234500019", unitId: "case" },
  ],
};

const known = (lines: readonly KeptLine[]) => resolved(lines, (id) => (id === "cup" ? product : undefined));

test("more of a product goes on its line; a case is a line of its own", () => {
  const once = withProduct([], product, piece, "1", retailPrice);
  const twice = withProduct(once, product, piece, "1", retailPrice);
  const withCase = withProduct(twice, product, pack, "1", retailPrice);
  expect(known(withCase).map(({ unit, quantity, price }) => [unit.name, quantity, price])).toEqual([
    ["个", "2", "2.35"],
    ["箱", "1", "28.2"],
  ]);
  expect(total(known(withCase))).toBe("32.90");
});

test("what is taken back leaves its line, and with nothing left the line goes", () => {
  const three = withProduct([], product, piece, "3", retailPrice);
  expect(withProduct(three, product, piece, "-1", retailPrice)[0]?.quantity).toBe("2");
  expect(withProduct(three, product, piece, "-3", retailPrice)).toEqual([]);
});

test("a case costs what is in it", () => {
  expect(product.units.map((unit) => retailPrice(product, unit))).toEqual(["2.35", "28.2"]);
  expect(product.units.map((unit) => retailPrice({ ...product, price: null }, unit))).toEqual(["", ""]);
  expect(product.units.map((unit) => retailPrice({ ...product, price: undefined }, unit))).toEqual(["", ""]);
});

test("a code stands for the unit that it is printed on", () => {
  expect(unitOfCode(product, "6901234500012")).toBe(piece);
  expect(unitOfCode(product, "16901234500019")).toBe(pack);
  expect(unitOfCode(product, "1042")).toBeUndefined();
});

test("a line waits for its product, and falls back to the stock unit when its own is gone", () => {
  const lines = withProduct([], product, pack, "1", retailPrice);
  expect(resolved(lines, () => undefined)).toEqual([]);
  expect(resolved(lines, () => ({ ...product, units: [piece] }))[0]?.unit).toBe(piece);
});

describe("a line", () => {
  const [line] = known(withProduct([], product, piece, "1", retailPrice));
  if (!line) throw new Error("no line");
  test("is sent as typed, not as shown", () => {
    expect(check({ ...line, quantity: "１０", price: "1.005" }, "needed", null)).toEqual({
      amount: "10.05",
      short: false,
      input: { productId: "cup", unitId: "piece", quantity: "10", unitPrice: "1.005" },
    });
  });
  test("says what is wrong with it", () => {
    expect(check({ ...line, quantity: "0" }, "needed", null)).toEqual({ problem: "quantity" });
    expect(check({ ...line, quantity: "" }, "needed", null)).toEqual({ problem: "quantity" });
    expect(check({ ...line, quantity: "0.5" }, "needed", null)).toEqual({ problem: "too-fine" });
    expect(check({ ...line, price: "" }, "needed", null)).toEqual({ problem: "price" });
    expect(check({ ...line, price: "-1" }, "optional", null)).toEqual({ problem: "price" });
  });
  test("goes without a price where the server knows one, or where prices are not this person's", () => {
    const input = { productId: "cup", unitId: "piece", quantity: "1" };
    expect(check({ ...line, price: " " }, "optional", null)).toEqual({ amount: null, short: false, input });
    expect(check(line, "hidden", null)).toEqual({ amount: null, short: false, input });
  });
  test("notices what is not here, in stock units", () => {
    expect(check({ ...line, unit: pack, quantity: "4" }, "needed", "50")).toMatchObject({ short: false });
    expect(check({ ...line, unit: pack, quantity: "5" }, "needed", "50")).toMatchObject({ short: true });
  });
});

test("what is available is asked of one place, and unknown where stock is not to be seen or not read yet", () => {
  const at = (locationId: string, available: string): StockAt => ({
    locationId,
    onHand: available,
    reserved: "0",
    available,
    pending: false,
  });
  const stock = new Map([["cup", [at("here", "50"), at("there", "40")]]]);
  expect(availableAt(product, stock, "here")).toBe("50");
  expect(availableAt(product, stock, "elsewhere")).toBe("0");
  expect(availableAt(product, null, "here")).toBeNull();
  expect(availableAt(product, new Map(), "here")).toBeNull();
  expect(availableAt({ ...product, kind: "SERVICE" }, stock, "here")).toBeNull();
});
