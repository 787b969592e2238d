import type { Decimal } from "../data/decimal";
import { entered, toSend } from "../data/progress";
import type { Line } from "../ui/ProgressLines";
import { useKeptForm } from "./inventory/useKeptForm";
import { addAt, countLoose, type LineEntry, NOTHING, progressIn, typeAt } from "./lineEntry";

type LineEntryRules = {
  /** Under which a reload finds it again. */
  name: string;
  /** Stands there until somebody types. */
  suggested?: LineEntry;
  /** A person changes something. */
  onTouch: () => void;
};

/** What is entered at the lines of an order, and what it comes to. */
export function useLineEntry(lines: readonly Line[], { name, suggested = NOTHING, onTouch }: LineEntryRules) {
  const form = useKeptForm<LineEntry | null>(name, null);
  const entry = form.body ?? suggested;
  const rows = lines.map((line) => {
    const progress = progressIn(entry, line);
    const typed = entry.typed[line.id] ?? "";
    const meant = entered(typed, progress);
    return {
      id: line.id,
      line,
      progress,
      typed,
      loose: entry.loose.includes(line.id),
      entry: meant,
      now: "quantity" in meant ? meant.quantity : "0",
    };
  });
  const change = (how: (before: LineEntry) => LineEntry) => {
    form.put((before) => how(before ?? suggested));
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
    clear: () => form.clear(NOTHING),
    /** Back to what was sent last, unless the next thing was begun. */
    comeBack: () => Object.values(entry.typed).every((typed) => typed.trim() === "") && form.restore(),
  };
}

export type LineEntryOf = ReturnType<typeof useLineEntry>;
