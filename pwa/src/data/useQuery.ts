import { useCallback, useEffect, useState } from "react";
import { type Answer, request } from "./client";
import { SignedOut } from "./errors";
import type { Document } from "./graphql";
import { session } from "./session";
import { useStore } from "./store";

export type Query<Result> = Partial<Answer<Result>> & {
  /** The last attempt failed; `data` may still be there from before. */
  error?: Error | undefined;
  loading: boolean;
  reload: () => Promise<void>;
};

/** Reads and keeps the last answer on the screen while the next one, for other variables too, is on its way. */
export function useQuery<Result, Variables>(
  document: Document<Result, Variables>,
  variables: Variables,
): Query<Result> {
  const [state, setState] = useState<Partial<Answer<Result>> & { error?: Error | undefined; loading: boolean }>({
    loading: true,
  });
  const key = JSON.stringify(variables);
  const signedIn = useStore(session).status === "signed-in";

  const load = useCallback(
    async (signal?: AbortSignal) => {
      setState((before) => ({ ...before, error: undefined, loading: true }));
      try {
        const answer = await request(document, JSON.parse(key) as Variables, signal);
        if (!signal?.aborted) setState({ ...answer, loading: false });
      } catch (error) {
        // After a lost session the page stays as it is; signing in again brings it back to life.
        if (signal?.aborted || error instanceof SignedOut) return;
        setState((before) => ({ ...before, error: error as Error, loading: false }));
      }
    },
    [document, key],
  );

  useEffect(() => {
    if (!signedIn) return undefined;
    const leaving = new AbortController();
    void load(leaving.signal);
    return () => leaving.abort();
  }, [load, signedIn]);

  return { ...state, reload: useCallback(() => load(), [load]) };
}
