import { useCallback, useRef, useState } from "react";
import { request } from "./client";
import { Failed, SignedOut } from "./errors";
import { type Document, graphql, type ResultOf } from "./graphql";
import { uuid7 } from "./uuid";

export const OUTCOME = graphql(`
  fragment Outcome on CommandOutcome {
    id
    status
    code
    field
    data
    records {
      key
      status
      code
      field
      details
    }
  }
`);

export type Outcome = ResultOf<typeof OUTCOME>;

export type CommandState =
  | { step: "idle" }
  | { step: "sending" }
  | { step: "unanswered"; error: Error } // it may have been done: only the same command may be sent again
  | { step: "failed"; error: Error }
  | { step: "answered"; outcome: Outcome };

const PATIENCE_MS = [500, 2_000, 5_000];

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Gives a command its id when the person acts, and repeats a lost answer with the same id and the same body until
 * there is one. A refusal is an answer: what comes after it is a new command.
 */
export function useCommand<Input>(
  document: Document<{ outcome: Outcome }, { id: string; input: Input }>,
  patience: readonly number[] = PATIENCE_MS,
) {
  const [state, setState] = useState<CommandState>({ step: "idle" });
  const open = useRef<{ id: string; input: Input } | null>(null);

  const run = useCallback(
    async (input: Input): Promise<Outcome | null> => {
      const command = (open.current ??= { id: uuid7(), input });
      setState({ step: "sending" });
      for (let attempt = 0; ; attempt += 1) {
        try {
          const { data } = await request(document, command);
          open.current = null;
          setState({ step: "answered", outcome: data.outcome });
          return data.outcome;
        } catch (error) {
          const pause = patience[attempt];
          if (error instanceof Failed && error.status >= 400 && error.status < 500) {
            open.current = null; // the request itself was not accepted, so no command ran under this id
            setState({ step: "failed", error });
            return null;
          }
          if (error instanceof SignedOut || pause === undefined) {
            setState({ step: "unanswered", error: error as Error });
            return null;
          }
          await wait(pause);
        }
      }
    },
    [document, patience],
  );

  const reset = useCallback(() => setState({ step: "idle" }), []);
  return { state, run, reset };
}
