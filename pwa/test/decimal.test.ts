import { describe, expect, test } from "vitest";
import {
  add,
  compare,
  decimals,
  fromStockUnit,
  multiply,
  read,
  show,
  subtract,
  toCents,
  toStockUnit,
  wholeFromStockUnit,
} from "../src/data/decimal";

const DOZEN = { numerator: "12", denominator: "1" };
const GRAM = { numerator: "1", denominator: "1000" };
const THIRD = { numerator: "1", denominator: "3" };

test("sums and products are exact where a float is not", () => {
  expect(add("0.1", "0.2")).toBe("0.3");
  expect(subtract("1", "0.9")).toBe("0.1");
  expect(multiply("1.005", "1000")).toBe("1005");
  expect(add("9007199254740993", "1")).toBe("9007199254740994");
  expect(compare("10", "9")).toBe(1);
});

test("a JavaScript number is refused", () => {
  expect(() => add(0.1 as unknown as string)).toThrow("Invalid value");
});

test.each([
  ["2.345", "2.35"],
  ["2.344999", "2.34"],
  ["-2.345", "-2.35"],
  ["1.005", "1.01"],
])("%s is %s in cents", (value, cents) => expect(toCents(value)).toBe(cents));

test.each([
  ["12", "12"],
  ["1,204.50", "1204.5"],
  ["１２．５", "12.5"],
  ["3。5", "3.5"],
  [".5", "0.5"],
  ["7.", "7"],
  [" 8 ", "8"],
  ["-3", "-3"],
  ["00012", "12"],
])("typed %j means %s", (text, value) => expect(read(text)).toBe(value));

test.each(["", "abc", "1e5", "1.2.3", "--1", "∞", "0x10", "12个"])("typed %j is no number", (text) =>
  expect(read(text)).toBeNull(),
);

describe("units", () => {
  test("a case becomes pieces and back", () => {
    expect(toStockUnit("4", DOZEN)).toBe("48");
    expect(fromStockUnit("48", DOZEN)).toBe("4");
    expect(toStockUnit("250", GRAM)).toBe("0.25");
    expect(fromStockUnit("0.25", GRAM)).toBe("250");
  });
  test("what does not come out even stays in the stock unit", () => {
    expect(fromStockUnit("50", { numerator: "7", denominator: "1" })).toBeNull();
    expect(fromStockUnit("1", THIRD)).toBe("3");
  });
  test("a suggestion is cut to whole units, never rounded up", () => {
    expect(wholeFromStockUnit("50", DOZEN, 0)).toBe("4");
    expect(wholeFromStockUnit("0.2549", GRAM, 0)).toBe("254");
  });
});

test("idle zeros are no decimals", () => {
  expect(decimals("1.500")).toBe(1);
  expect(decimals("20")).toBe(0);
});

test("reading keeps every digit", () => {
  expect(show("9007199254740993.25", "en")).toBe("9,007,199,254,740,993.25");
  expect(show("1204", "zh-CN")).toBe("1,204");
});
