import { useCallback, useEffect, useRef, useState } from "react";
import { request } from "./client";
import { SignedOut } from "./errors";
import type { Document } from "./graphql";
import { session } from "./session";
import { useStore } from "./store";

export type Polled<Result> = { data?: Result; error?: Error | undefined; reload: () => void };

/**
 * A query asked again and again while somebody looks: `pause` milliseconds after each answer, undefined for no more;
 * it depends on the answer alone. The last answer stays while the server cannot be reached.
 */
export function usePoll<Result, Variables>(
  document: Document<Result, Variables>,
  variables: Variables,
  pause: (data: Result | undefined) => number | undefined,
): Polled<Result> {
  const key = JSON.stringify(variables);
  const [wanted, setWanted] = useState({ key, try: 0 });
  if (wanted.key !== key) setWanted({ key, try: 0 });
  const [state, setState] = useState<{ data?: Result; error?: Error | undefined }>({});
  const pauseOf = useRef(pause);
  const signedIn = useStore(session).status === "signed-in";

  useEffect(() => {
    if (!signedIn) return undefined;
    const leaving = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let last: Result | undefined;
    const ask = async () => {
      try {
        const { data } = await request(document, JSON.parse(wanted.key) as Variables, leaving.signal);
        if (leaving.signal.aborted) return;
        last = data;
        setState({ data });
      } catch (error) {
        if (leaving.signal.aborted || error instanceof SignedOut) return;
        setState((before) => ({ ...before, error: error as Error }));
      }
      const wait = pauseOf.current(last);
      if (wait !== undefined) timer = setTimeout(look, wait);
    };
    const look = () => {
      if (globalThis.document.visibilityState === "visible") void ask();
    };
    const shown = () => {
      clearTimeout(timer);
      look();
    };
    void ask();
    globalThis.document.addEventListener("visibilitychange", shown);
    return () => {
      leaving.abort();
      clearTimeout(timer);
      globalThis.document.removeEventListener("visibilitychange", shown);
    };
  }, [document, wanted, signedIn]);

  const reload = useCallback(() => setWanted((before) => ({ ...before, try: before.try + 1 })), []);
  return { ...(state.data !== undefined && { data: state.data }), error: state.error, reload };
}
