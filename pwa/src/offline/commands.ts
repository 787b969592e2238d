/** What screens call to have something done, with or without a network. */
import { useState } from "react";
import { useStore, Store } from "../data/store";
import type { Outcome } from "../data/command";
import type { CommandName, InputOf } from "./inputs";
import type { CallLabel, Id } from "./types";

export { type CommandName, type InputOf, wireBody } from "./inputs";

export type OfflineState =
  | { step: "idle" }
  | { step: "kept"; id: Id } // stored on this device, and on its way
  | { step: "answered"; outcome: Outcome };

export type CallOptions = { lane?: string | undefined; dependsOn?: readonly Id[] | undefined; label: CallLabel };

export async function enqueue<Name extends CommandName>(
  name: Name,
  input: InputOf<Name>,
  options: CallOptions,
): Promise<Id> {
  throw new Error(`${name} cannot be kept yet: ${JSON.stringify(input)} ${options.label.title}`);
}

export function useOffline<Name extends CommandName>(name: Name) {
  const [state] = useState(() => new Store<OfflineState>({ step: "idle" }));
  return {
    state: useStore(state),
    run: async (input: InputOf<Name>, options: CallOptions): Promise<Id> => {
      const id = await enqueue(name, input, options);
      state.set({ step: "kept", id });
      return id;
    },
    clear: () => state.set({ step: "idle" }),
  };
}
