import { describe, expect, test } from "vitest";
import cases from "../../../tests/cases/pinyin.json" with { type: "json" };
import { speaker } from "../../src/offline/pinyin";

describe("pinyin from what a snapshot says", () => {
  test.each(cases.names)("$name", ({ name, py, pyf }) => {
    expect(speaker(cases.readings)(name)).toEqual({ py, pyf });
  });

  test("says nothing of what it was not told", () => {
    expect(speaker({})("龙井 A")).toEqual({ py: "a", pyf: "a" });
  });
});
