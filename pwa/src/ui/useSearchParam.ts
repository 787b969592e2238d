import { useCallback } from "react";
import { useLocation, useSearchParams } from "wouter";

/** One part of the address, so that back, reload and a shared link show the same list. */
export function useSearchParam(name: string, fallback = ""): [string, (value: string) => void] {
  const [page] = useLocation();
  const [parameters, setParameters] = useSearchParams();
  const set = useCallback(
    (value: string) => {
      if (location.pathname !== page) return; // on the way to another page, from which this would lead back
      setParameters(
        (before) => {
          const next = new URLSearchParams(before);
          if (value === fallback) next.delete(name);
          else next.set(name, value);
          return next;
        },
        { replace: true },
      );
    },
    [page, setParameters, name, fallback],
  );
  return [parameters.get(name) ?? fallback, set];
}
