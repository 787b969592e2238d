import { describe, expect, test } from "vitest";
import { after, entered, progressOf, toSend } from "../src/data/progress";
import { addAt, countLoose, NOTHING, progressIn, typeAt } from "../src/features/lineEntry";
import { scanned } from "../src/features/scanned";

const PIECE = { id: "piece", name: "个", decimals: 0 };
const CASE = { id: "case", name: "箱", decimals: 0 };
const line = (done: string, ordered = "48") => ({
  id: "line",
  numerator: "12",
  denominator: "1",
  ordered,
  done,
  unit: CASE,
  product: { id: "product", sku: "1042", name: "不锈钢水杯", spec: "500ml", unit: PIECE },
});

describe("the unit that a line is worked on in", () => {
  test("is its own while whole cases came", () => {
    expect(progressOf(line("24"))).toMatchObject({ unit: "箱", ordered: "4", done: "2", open: "2" });
  });
  test("is the stock unit once a case was broken", () => {
    expect(progressOf(line("25"))).toMatchObject({ unit: "个", ordered: "48", done: "25", open: "23" });
  });
  test("leaves nothing open after more than was ordered", () => {
    expect(progressOf(line("60")).open).toBe("0");
  });
});

test.each([
  ["", { quantity: "0" }],
  ["2", { quantity: "2" }],
  ["x", { problem: "not-a-number" }],
  ["-1", { problem: "negative" }],
  ["1.5", { problem: "too-fine" }],
  ["1.0", { quantity: "1" }],
])("%j typed for pieces", (text, entry) => expect(entered(text, PIECE)).toEqual(entry));

test.each([
  ["0", "0", { state: "none", by: "4" }],
  ["0", "3", { state: "open", by: "1" }],
  ["12", "3", { state: "complete", by: "0" }],
  ["24", "4", { state: "over", by: "2" }],
])("with %s pieces here and %s cases now", (done, now, result) =>
  expect(after(progressOf(line(done)), now)).toEqual(result),
);

test("is sent in stock units, and only what was entered", () => {
  const progress = progressOf(line("0"));
  const lines = [
    { id: "a", progress, now: "2" },
    { id: "b", progress, now: "0" },
  ];
  expect(toSend(lines)).toEqual([{ lineId: "a", quantity: "24" }]);
});

describe("a scanned product", () => {
  const rows = [
    { id: "full", line: line("48"), progress: progressOf(line("48")), now: "0" },
    { id: "open", line: line("12"), progress: progressOf(line("12")), now: "0" },
  ];
  test("counts on the line that is still open, or else on the first", () => {
    expect(scanned(rows, "product")?.id).toBe("open");
    expect(scanned(rows.slice(0, 1), "product")?.id).toBe("full");
  });
  test("that no line has is nobody's", () => {
    expect(scanned(rows, "another")).toBeUndefined();
  });
});

describe("what is entered at a line of cases", () => {
  const cases = line("0");
  test("grows by a case", () => {
    const entry = addAt(addAt(NOTHING, cases, "12"), cases, "12");
    expect(entry.typed).toEqual({ line: "2" });
    expect(progressIn(entry, cases).unit).toBe("箱");
  });
  test("shrinks by what is taken back, and never below nothing", () => {
    const one = addAt(NOTHING, cases, "12");
    expect(addAt(addAt(one, cases, "12"), cases, "-12").typed).toEqual({ line: "1" });
    expect(addAt(one, cases, "-24").typed).toEqual({ line: "" });
  });
  test("is counted in pieces from the first single one, and stays so", () => {
    const entry = addAt(addAt(addAt(NOTHING, cases, "12"), cases, "1"), cases, "12");
    expect(entry.typed).toEqual({ line: "25" });
    expect(progressIn(entry, cases)).toMatchObject({ unit: "个", open: "48" });
  });
  test("goes from one unit to the other as far as it comes out even", () => {
    const loose = countLoose(typeAt(NOTHING, "line", "2"), cases, true);
    expect(loose.typed).toEqual({ line: "24" });
    expect(countLoose(loose, cases, false).typed).toEqual({ line: "2" });
    expect(countLoose(typeAt(loose, "line", "25"), cases, false).typed).toEqual({ line: "" });
  });
  test("keeps what cannot be read for its person to see", () => {
    expect(countLoose(typeAt(NOTHING, "line", "x"), cases, true).typed).toEqual({ line: "x" });
  });
});
