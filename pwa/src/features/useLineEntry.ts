import { useState } from "react";
import type { Decimal } from "../data/decimal";
import { entered, toSend } from "../data/progress";
import type { Line } from "../ui/ProgressLines";
import { addAt, countLoose, type LineEntry, NOTHING, progressIn, typeAt } from "./lineEntry";

/**
 * What is entered at the lines of an order, and what it comes to. `suggested` stands there until somebody types;
 * `onTouch` is told of each change that a person makes.
 */
export function useLineEntry(lines: readonly Line[], onTouch: () => void, suggested = NOTHING) {
  const [own, setOwn] = useState<LineEntry | null>(null);
  const entry = own ?? suggested;
  const rows = lines.map((line) => {
    const progress = progressIn(entry, line);
    const typed = entry.typed[line.id] ?? "";
    const meant = entered(typed, progress);
    return {
      id: line.id,
      line,
      progress,
      typed,
      loose: entry.loose.has(line.id),
      entry: meant,
      now: "quantity" in meant ? meant.quantity : "0",
    };
  });
  const change = (how: (before: LineEntry) => LineEntry) => {
    setOwn((before) => how(before ?? suggested));
    onTouch();
  };
  return {
    ...entry,
    rows,
    sent: toSend(rows),
    unreadable: rows.some(({ entry: meant }) => "problem" in meant),
    type: (line: string, text: string) => change((before) => typeAt(before, line, text)),
    add: (line: Line, quantity: Decimal) => change((before) => addAt(before, line, quantity)),
    countLoose: (line: Line, loose: boolean) => change((before) => countLoose(before, line, loose)),
    /** As if somebody had typed all of this. */
    put: (typed: LineEntry["typed"]) => change(() => ({ ...NOTHING, typed })),
    /** What was entered is on its way: the next thing can be entered. */
    clear: () => setOwn(NOTHING),
    /** Back to what was entered then. */
    restore: (then: LineEntry) => setOwn(then),
  };
}

export type LineEntryOf = ReturnType<typeof useLineEntry>;
