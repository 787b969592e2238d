import { useCallback } from "react";
import { type Answer, request } from "./client";
import type { Document } from "./graphql";
import { type Loaded, useLoad } from "./useLoad";

export type Query<Result> = Omit<Loaded<never>, "value"> & Partial<Answer<Result>>;

export function useQuery<Result, Variables>(
  document: Document<Result, Variables>,
  variables: Variables,
): Query<Result> {
  const key = JSON.stringify(variables);
  const load = useCallback(
    (signal?: AbortSignal) => request(document, JSON.parse(key) as Variables, signal),
    [document, key],
  );
  const { value, ...rest } = useLoad(load);
  return { ...value, ...rest };
}
