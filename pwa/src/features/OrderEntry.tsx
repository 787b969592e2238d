import { useState } from "react";
import { ProgressLines, type Words } from "../ui/ProgressLines";
import { ScanHint } from "../ui/ScanHint";
import { useWide } from "../ui/useWide";
import { QuantitySheet } from "./QuantitySheet";
import type { LineEntryOf } from "./useLineEntry";

/** The lines of an order to be entered: in a table by keyboard, on a phone by tap and large keys, anywhere by scan. */
export function OrderEntry({ entry, words }: { entry: LineEntryOf; words: Words }) {
  const wide = useWide();
  const [open, setOpen] = useState<string | null>(null);
  const at = entry.rows.findIndex(({ id }) => id === open);
  const row = entry.rows[at];
  const next = entry.rows[at + 1];
  return (
    <>
      <ProgressLines
        lines={entry.rows.map(({ line }) => line)}
        words={words}
        typed={entry.typed}
        onType={entry.type}
        loose={entry.loose}
        onLoose={entry.countLoose}
        {...(!wide && { onOpen: (line) => setOpen(line.id) })}
      />
      <ScanHint />
      {row && !wide && (
        <QuantitySheet
          {...row}
          words={words}
          problem={"problem" in row.entry}
          onType={(text) => entry.type(row.id, text)}
          onLoose={(loose) => entry.countLoose(row.line, loose)}
          onNext={next && (() => setOpen(next.id))}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}
