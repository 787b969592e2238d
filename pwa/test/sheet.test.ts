import { expect, test } from "vitest";
import {
  callsOf,
  type CountLine,
  type CountSheet,
  type CountUnit,
  entryOf,
  fateOf,
  findingsOf,
  isOver,
  neighbourOf,
  nextOf,
  productsOf,
  progressOf,
  uncountedOf,
  withCount,
  withoutCount,
  withSkip,
} from "../src/features/inventory/count/sheet";

const PIECE: CountUnit = { id: "piece", decimals: 0, numerator: "1", denominator: "1" };
const BOX: CountUnit = { id: "box", decimals: 0, numerator: "12", denominator: "1" };
const KILO: CountUnit = { id: "kg", decimals: 3, numerator: "1", denominator: "1" };

const sheet = (list: readonly string[] | null): CountSheet => ({
  placeId: "place",
  placeName: "一号仓",
  blind: false,
  list,
  part: "",
  lines: {},
  skipped: [],
  at: null,
  startedAt: "2026-11-24T08:00:00.000Z",
  handedInAt: null,
});

const line = (productId: string, counted: string, minute: number, book: string | null = "10"): CountLine => ({
  productId,
  parts: { piece: counted },
  counted,
  countedAt: `2026-11-24T09:${String(minute).padStart(2, "0")}:00.000Z`,
  book,
});

test.each([
  [{ box: "3", piece: "4" }, [PIECE, BOX], { parts: { piece: "4", box: "3" }, counted: "40" }],
  [{ piece: "0" }, [PIECE, BOX], { parts: { piece: "0" }, counted: "0" }],
  [{ kg: "0.1", piece: "9" }, [KILO], { parts: { kg: "0.1" }, counted: "0.1" }],
  [{ piece: "４０" }, [PIECE], { parts: { piece: "40" }, counted: "40" }],
  [{}, [PIECE], { problem: "nothing" }],
  [{ piece: "  " }, [PIECE], { problem: "nothing" }],
  [{ piece: "1.5" }, [PIECE], { problem: "too-fine" }],
  [{ piece: "-1" }, [PIECE], { problem: "not-a-number" }],
  [{ piece: "." }, [PIECE], { problem: "not-a-number" }],
  [{ piece: "9999999" }, [PIECE], { parts: { piece: "9999999" }, counted: "9999999" }],
  [{ piece: "69012345" }, [PIECE], { problem: "a-code" }],
])("what is typed for the units of a product is added exactly: %j", (typed, units, entry) => {
  expect(entryOf(typed, units)).toEqual(entry);
});

test("no goods is a count, skipping is none", () => {
  const counted = withCount(sheet(["a", "b", "c"]), line("a", "0", 1), "replace");
  const skipped = withSkip(counted, "b");
  expect(progressOf(skipped)).toEqual({ counted: 1, total: 3 });
  expect(uncountedOf(skipped)).toEqual(["b", "c"]);
  expect(callsOf(skipped, () => "piece")).toEqual([
    [{ productId: "a", locationId: "place", counted: "0", unitId: "piece", countedAt: line("a", "0", 1).countedAt }],
  ]);
  expect(withCount(skipped, line("b", "2", 2), "replace").skipped).toEqual([]);
});

test("a second count is added in its units as of the later moment, or stands instead of the first", () => {
  const first = withCount(sheet(null), { ...line("a", "40", 1, "50"), parts: { box: "3", piece: "4" } }, "replace");
  const second = { ...line("a", "13", 9, "48"), parts: { box: "1", piece: "1" } };
  expect(withCount(first, second, "add").lines.a).toEqual({
    ...second,
    parts: { box: "4", piece: "5" },
    counted: "53",
  });
  expect(withCount(first, second, "replace").lines.a).toEqual(second);
  expect(withoutCount(first, "a").lines).toEqual({});
});

test("the next one is neither counted nor skipped, and the list is gone through once more from its start", () => {
  const walked = withSkip(withCount(sheet(["a", "b", "c", "d"]), line("c", "1", 1), "replace"), "b");
  expect(nextOf(walked, null)).toBe("a");
  expect(nextOf(walked, "a")).toBe("d");
  expect(nextOf(walked, "d")).toBe("a");
  expect(nextOf(withSkip(walked, "a"), "d")).toBeNull();
  expect(nextOf(sheet(null), null)).toBeNull();
  expect([neighbourOf(walked, "b", 1), neighbourOf(walked, "a", -1)]).toEqual(["c", null]);
});

test("what was counted beside the list comes after it, in the order of counting", () => {
  const besides = withCount(withCount(sheet(["a"]), line("z", "1", 5), "replace"), line("y", "1", 6), "replace");
  expect(productsOf(besides)).toEqual(["a", "z", "y"]);
  expect(progressOf(besides)).toEqual({ counted: 2, total: 3 });
});

test("findings: shortage and surplus first, what agrees last, and nothing is guessed without the books", () => {
  const all = [line("even", "10", 1), line("more", "12", 2), line("less", "7", 3), line("blind", "4", 4, null)].reduce(
    (before, counted) => withCount(before, counted, "replace"),
    sheet(null),
  );
  expect(findingsOf(all).map(({ productId, way, difference }) => [productId, way, difference])).toEqual([
    ["less", "shortage", "-3"],
    ["more", "surplus", "2"],
    ["blind", "unknown", null],
    ["even", "even", "0"],
  ]);
});

test("a long sheet is handed in 500 lines at a time, each line once", () => {
  const products = Array.from({ length: 1201 }, (_, n) => `p${n}`);
  const full = { ...sheet(products), lines: Object.fromEntries(products.map((id) => [id, line(id, "1", 1)])) };
  const calls = callsOf(full, () => "piece");
  expect(calls.map((lines) => lines.length)).toEqual([500, 500, 201]);
  expect(new Set(calls.flat().map(({ productId }) => productId)).size).toBe(1201);
  expect(callsOf(sheet(null), () => "piece")).toEqual([]);
});

test.each([
  ["waits to be sent", ["waiting"], [], "way"],
  ["waits for a manager, the rest is booked", ["review"], ["done"], "way"],
  ["has a part that was refused", ["accepted", "refused"], [], "stuck"],
  ["is booked, its rows on their way here", ["accepted"], [], "booked"],
  ["was booked after a correction", [], ["replaced", "done"], "booked"],
  ["was taken out after it was refused", [], ["discarded"], "discarded"],
  ["was taken out in part", [], ["done", "discarded"], "partly"],
  ["is not remembered", [], [], "unknown"],
] as const)("a sheet %s: calls %j, ended %j, so %s", (_, states, endings, fate) => {
  const calls = states.map((state) => ({ state }));
  const past = endings.map((ending) => ({ ending }));
  expect(fateOf(calls, past)).toBe(fate);
});

test("a booked sheet is off the list after a day; one that was taken out stays until somebody clears it", () => {
  const handedIn = { ...sheet(null), handedInAt: "2026-11-24T08:00:00Z" };
  const [sameDay, nextDay] = [Date.parse("2026-11-25T07:59:00Z"), Date.parse("2026-11-25T08:01:00Z")];
  expect([isOver(handedIn, "booked", sameDay), isOver(handedIn, "booked", nextDay)]).toEqual([false, true]);
  expect((["way", "stuck", "partly", "discarded"] as const).some((fate) => isOver(handedIn, fate, nextDay))).toBe(
    false,
  );
});
