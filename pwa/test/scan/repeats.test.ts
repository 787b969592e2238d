import { expect, test } from "vitest";
import { GONE_MS, Repeats } from "../../src/scan/repeats";

const counted = (sights: [code: string, at: number][]) => {
  const repeats = new Repeats();
  return sights.filter(([code, at]) => repeats.isNew(code, at)).length;
};

test("a code that stays in the picture counts once, also if a frame is blurred", () => {
  expect(counted([0, 100, 200, 1_100, 2_000, 3_100].map((at) => ["a", at]))).toBe(1);
});

test("out of the picture for a while, it counts again", () => {
  expect(
    counted([
      ["a", 0],
      ["a", GONE_MS + 1],
    ]),
  ).toBe(2);
});

test("two beside each other count once each", () => {
  expect(counted(Array.from({ length: 40 }, (_, n) => [n % 2 ? "a" : "b", n * 100]))).toBe(2);
});
