import { describe, expect, test } from "vitest";
import { unitsIn } from "../src/features/imports/units";
import { guessedDecimals } from "../src/features/masterdata/units/unit";

const row = (field: string, details: unknown) => ({ field, details });

describe("units that a file brings along", () => {
  test("each is named once, also that of a package", () => {
    const rows = [row("unit", { unit: "扎" }), row("units.0.unit", { unit: "大箱" }), row("unit", { unit: "扎" })];
    expect(unitsIn(rows)).toEqual(["扎", "大箱"]);
  });

  test("that of a price is one that the product lacks, and an id is no name", () => {
    expect(unitsIn([row("price", { unit: "箱" }), row("unit_id", { unit_id: "x" }), row("unit", null)])).toEqual([]);
  });

  test("what is weighed or poured has decimals, what is counted has none", () => {
    expect(["kg", "公斤", "斤", "千克", "升", "ml", "米", "平方米", "Litre", "m²"].map(guessedDecimals)).toEqual(
      Array.from({ length: 10 }, () => 3),
    );
    expect(["个", "pcs", "箱", "box", "盒", "台", "斤装", "grammar"].map(guessedDecimals)).toEqual(
      Array.from({ length: 8 }, () => 0),
    );
  });
});
