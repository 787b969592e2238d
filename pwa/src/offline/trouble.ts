/** What keeps this device from showing and keeping anything, for which a person is needed. */
import { useStore } from "../data/store";
import { isFull } from "./attempt";
import { device } from "./device";
import { rowsState } from "./state";

/** blocked: another tab has to be closed. full: no room. lost: the browser does not open it. */
export function useTrouble(): "blocked" | "full" | "lost" | null {
  const state = useStore(device);
  const { problem } = useStore(rowsState);
  if (state.status === "blocked") return "blocked";
  if (problem === "storage_full" || (state.status === "lost" && isFull(state.error))) return "full";
  return state.status === "lost" ? "lost" : null;
}
