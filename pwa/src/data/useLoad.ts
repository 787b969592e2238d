import { useCallback, useEffect, useState } from "react";
import { SignedOut } from "./errors";
import { session } from "./session";
import { useStore } from "./store";

export type Loaded<Value> = {
  value?: Value;
  /** The last attempt failed; `value` may still be there from before. */
  error?: Error | undefined;
  loading: boolean;
  reload: () => Promise<void>;
};

/**
 * Loads when the page opens and whenever `load`, which its caller memoizes, is another one. The last value stays on
 * the screen meanwhile; after a lost session the page stays as it is, until signing in again brings it back to life.
 */
export function useLoad<Value>(load: (signal?: AbortSignal) => Promise<Value>): Loaded<Value> {
  const [state, setState] = useState<{ value?: Value; error?: Error | undefined; loading: boolean }>({ loading: true });
  const signedIn = useStore(session).status === "signed-in";

  const run = useCallback(
    async (signal?: AbortSignal) => {
      setState((before) => ({ ...before, error: undefined, loading: true }));
      try {
        const value = await load(signal);
        if (!signal?.aborted) setState({ value, loading: false });
      } catch (error) {
        if (signal?.aborted || error instanceof SignedOut) return;
        setState((before) => ({ ...before, error: error as Error, loading: false }));
      }
    },
    [load],
  );

  useEffect(() => {
    if (!signedIn) return undefined;
    const leaving = new AbortController();
    void run(leaving.signal);
    return () => leaving.abort();
  }, [run, signedIn]);

  return { ...state, reload: useCallback(() => run(), [run]) };
}
