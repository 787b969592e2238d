import { expect, test } from "vitest";
import { GONE_FRAMES, GONE_MS, Repeats } from "../../src/scan/repeats";

const counted = (frames: (readonly [code: string | null, at: number])[]) => {
  const repeats = new Repeats();
  return frames.filter(([code, at]) => repeats.isNew(code, at)).length;
};
const without = (from: number, every: number, frames = GONE_FRAMES) =>
  Array.from({ length: frames }, (_, n) => [null, from + (n + 1) * every] as const);

test("a code that stays in the picture counts once, also if frames are blurred", () => {
  expect(counted([["a", 0], ["a", 100], ...without(100, 100, 8), ["a", 1_200], [null, 1_300], ["a", 3_100]])).toBe(1);
});

test("nor does it count again because the phone was busy", () => {
  expect(
    counted([
      ["a", 0],
      ["a", GONE_MS * 5],
      ["a", GONE_MS * 10],
    ]),
  ).toBe(1);
});

test("out of the picture for a while, it counts again", () => {
  expect(counted([["a", 0], ...without(0, GONE_MS / GONE_FRAMES), ["a", GONE_MS + 1]])).toBe(2);
});

test("two beside each other count once each", () => {
  expect(counted(Array.from({ length: 40 }, (_, n) => [n % 2 ? "a" : "b", n * 100]))).toBe(2);
});
