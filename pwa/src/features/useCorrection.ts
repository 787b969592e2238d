import { useEffect, useRef, useState } from "react";
import type { OfflineState } from "../offline/commands";
import type { Id } from "../offline/types";

/**
 * `onRefused` is told once of a refusal that arrives while the form is on the screen, so that what was entered can be
 * put back and corrected there. Gives the refused call, in whose place the next one goes.
 */
export function useCorrection(state: OfflineState, onRefused: () => void) {
  const [refused, setRefused] = useState<Id>();
  const handler = useRef(onRefused);
  useEffect(() => {
    handler.current = onRefused;
  });
  useEffect(() => {
    if (state.step !== "answered" || state.outcome.status !== "REFUSED") return;
    setRefused(state.outcome.id);
    handler.current();
  }, [state]);
  return { replaces: refused, done: () => setRefused(undefined) };
}
