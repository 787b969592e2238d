import { useLingui } from "@lingui/react/macro";
import { useState } from "react";
import type { OfflineState } from "../offline/commands";
import { discard } from "../offline/decide";
import { useDatabase } from "../offline/rows";
import type { Id } from "../offline/types";

/**
 * `onRefused` is told once of a refusal that arrives while the form is on the screen, so that what was entered can be
 * put back and corrected there. What is then sent takes the place of the refused one: call `corrected` after it.
 */
export function useCorrection(state: OfflineState, onRefused: () => void) {
  const { t } = useLingui();
  const db = useDatabase();
  const [seen, setSeen] = useState(state);
  const [refused, setRefused] = useState<Id | null>(null);
  if (seen !== state) {
    setSeen(state);
    if (state.step === "answered" && state.outcome.status === "REFUSED") {
      setRefused(state.outcome.id);
      onRefused();
    }
  }
  return {
    corrected: async () => {
      if (refused === null || db === undefined) return;
      setRefused(null);
      await discard(db, refused, t`Corrected and entered anew`);
    },
  };
}
