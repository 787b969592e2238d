import { useState } from "react";
import { request } from "./client";
import { Failed, SignedOut } from "./errors";
import { type Document, graphql, type ResultOf } from "./graphql";
import { Store, useStore } from "./store";
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
  | { step: "failed"; error: Error } // the request itself was not accepted, so no command ran
  | { step: "answered"; outcome: Outcome };

export type CommandDocument<Input> = Document<{ outcome: Outcome }, { id: string; input: Input }>;

const PATIENCE_MS: readonly number[] = [500, 2_000, 5_000];

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Gives a command its id when the person acts, and repeats a lost answer with the same id and the same body until
 * there is one. A refusal is an answer: what comes after it is a new command.
 */
export class CommandRunner<Input> {
  readonly state = new Store<CommandState>({ step: "idle" });
  #open: { id: string; input: Input } | null = null;
  readonly #document: CommandDocument<Input>;
  readonly #patience: readonly number[];

  constructor(document: CommandDocument<Input>, patience = PATIENCE_MS) {
    this.#document = document;
    this.#patience = patience;
  }

  /** While a command is unanswered, `input` is not looked at: what was sent then is sent again. */
  readonly run = async (input: Input): Promise<Outcome | null> => {
    const command = (this.#open ??= { id: uuid7(), input });
    this.state.set({ step: "sending" });
    for (let attempt = 0; ; attempt += 1) {
      try {
        const { data } = await request(this.#document, command);
        return this.#close({ step: "answered", outcome: data.outcome }, data.outcome);
      } catch (error) {
        const pause = this.#patience[attempt];
        if (error instanceof Failed && error.status >= 400 && error.status < 500) {
          return this.#close({ step: "failed", error }, null);
        }
        if (error instanceof SignedOut || pause === undefined) {
          this.state.set({ step: "unanswered", error: error as Error });
          return null;
        }
        await wait(pause);
      }
    }
  };

  /** Takes an answer off the screen once the person goes on. */
  readonly clear = () => {
    if (this.#open === null) this.state.set({ step: "idle" });
  };

  #close<Result>(state: CommandState, result: Result): Result {
    this.#open = null;
    this.state.set(state);
    return result;
  }
}

export function useCommand<Input>(document: CommandDocument<Input>) {
  const [runner] = useState(() => new CommandRunner(document));
  return { state: useStore(runner.state), run: runner.run, clear: runner.clear };
}
