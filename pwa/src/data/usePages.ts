import { useEffect, useRef, useState } from "react";
import { request } from "./client";
import { SignedOut } from "./errors";
import type { Document } from "./graphql";
import { session } from "./session";
import { useStore } from "./store";

type Page<Node> = {
  nodes: readonly Node[];
  totalCount: number;
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
} | null;

export type Pages<Node> = {
  nodes: Node[];
  total: number | undefined;
  forbidden: boolean;
  error?: Error | undefined;
  loading: boolean;
  more: (() => void) | undefined;
  reload: () => void;
};

/** A Relay connection read page after page. Other variables begin anew; the old rows stay until the new ones are here. */
export function usePages<Result, Variables extends { after?: string | null }, Node>(
  document: Document<Result, Variables>,
  variables: Omit<Variables, "after">,
  pick: (result: Result) => Page<Node>,
): Pages<Node> {
  const key = JSON.stringify(variables);
  const [wanted, setWanted] = useState<{ key: string; after: string | null; try: number }>({
    key,
    after: null,
    try: 0,
  });
  const [state, setState] = useState<{ nodes: Node[]; page: Page<Node> | undefined; loading: boolean; error?: Error }>({
    nodes: [],
    page: undefined,
    loading: true,
  });
  const picked = useRef(pick);
  const signedIn = useStore(session).status === "signed-in";
  if (wanted.key !== key) setWanted({ key, after: null, try: 0 });

  useEffect(() => {
    if (!signedIn) return undefined;
    const leaving = new AbortController();
    setState((before) => ({ ...before, error: undefined, loading: true }));
    request(document, { ...JSON.parse(wanted.key), after: wanted.after } as Variables, leaving.signal)
      .then(({ data }) => {
        const page = picked.current(data);
        if (leaving.signal.aborted) return;
        setState((before) => ({
          nodes: [...(wanted.after === null ? [] : before.nodes), ...(page?.nodes ?? [])],
          page,
          loading: false,
        }));
      })
      .catch((error: unknown) => {
        if (leaving.signal.aborted || error instanceof SignedOut) return;
        setState((before) => ({ ...before, error: error as Error, loading: false }));
      });
    return () => leaving.abort();
  }, [document, wanted, signedIn]);

  const next = state.page?.pageInfo;
  return {
    nodes: state.nodes,
    total: state.page?.totalCount,
    forbidden: state.page === null,
    loading: state.loading,
    error: state.error,
    more:
      next?.hasNextPage && !state.loading
        ? () => setWanted((before) => ({ ...before, after: next.endCursor }))
        : undefined,
    reload: () => setWanted((before) => ({ ...before, after: null, try: before.try + 1 })),
  };
}
