import { useState } from "react";
import { usePoll } from "../../data/usePoll";
import { type Import, isBusy, TO_LOOK_AT } from "./import";

/** Calls `reload` when a job has begun or ended that may have found out something else about the rows. */
export function useAgain(about: Import, reload: () => void) {
  const round = `${about.job?.id} ${about.status} ${isBusy(about)}`;
  const [seen, setSeen] = useState(round);
  if (seen === round) return;
  setSeen(round);
  reload();
}

const ONCE = () => undefined;

/** How many rows there are to look at, by why; counted again after each job. */
export function useToLookAt(about: Import) {
  const { data, reload } = usePoll(TO_LOOK_AT, { id: about.id }, ONCE);
  useAgain(about, reload);
  return {
    refused: data?.refused?.totalCount ?? 0,
    proposed: data?.proposed?.totalCount ?? 0,
    changed: data?.changed?.totalCount ?? 0,
    warned: data?.warned?.totalCount ?? 0,
    corrected: data?.corrected?.totalCount ?? 0,
  };
}
