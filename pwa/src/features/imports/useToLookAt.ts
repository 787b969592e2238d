import { useState } from "react";
import type { Document } from "../../data/graphql";
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

/** What a query says of an import, asked again after each of its jobs. */
export function useFound<Result>(document: Document<Result, { id: string }>, about: Import): Result | undefined {
  const { data, reload } = usePoll(document, { id: about.id }, ONCE);
  useAgain(about, reload);
  return data;
}

/** How many rows there are to look at, by why. */
export function useToLookAt(about: Import) {
  const data = useFound(TO_LOOK_AT, about);
  return {
    refused: data?.refused?.totalCount ?? 0,
    proposed: data?.proposed?.totalCount ?? 0,
    changed: data?.changed?.totalCount ?? 0,
    warned: data?.warned?.totalCount ?? 0,
    corrected: data?.corrected?.totalCount ?? 0,
  };
}
