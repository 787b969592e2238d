import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import { holdsSomething, readBegun } from "../src/features/begun";
import { openFor } from "../src/offline/device";
import { keepDraft } from "../src/offline/drafts";
import { COMPANY, USER } from "./offline/server";

test.each([
  ["an order's lines with a quantity", { typed: { a: "2" }, loose: [] }, true],
  ["an order's lines, emptied", { typed: { a: " " }, loose: ["a"] }, false],
  ["a slip with a customer", { partner: { id: "p" }, place: null, lines: [], note: "" }, true],
  ["a slip with a place alone", { partner: null, place: "w", lines: [], note: "" }, false],
  ["an adjustment with a line", { place: null, words: "", lines: [{}] }, true],
  ["a transfer with a note", { from: null, to: null, note: "for Li", lines: [] }, true],
  ["suggested quantities, untouched", null, false],
])("%s: holds something %s", (_, body, holds) => {
  expect(holdsSomething(body)).toBe(holds);
});

test("sheets are named by their place and keep their photos; what is handed in is not begun", async () => {
  const db = await openFor(COMPANY, USER);
  const sheet = { placeName: "Yiwu", part: "cola", handedInAt: null };
  await keepDraft("sheet", "count", sheet);
  await keepDraft("photo", "count-photo", { sheetId: "sheet" });
  await keepDraft("done", "count", { ...sheet, handedInAt: "2026-11-24T08:00:00Z" });
  await keepDraft("of done", "count-photo", { sheetId: "done" });
  await keepDraft("slip", "slip", { partner: { id: "p" }, lines: [] });
  expect((await readBegun(db)).toSorted((left, right) => left.kind.localeCompare(right.kind))).toEqual([
    { id: "sheet", kind: "count", about: "Yiwu · cola", parts: ["photo"] },
    { id: "slip", kind: "slip", about: "", parts: [] },
  ]);
});
