import type { ReactNode } from "react";
import { ME, MeContext } from "../data/me";
import { useQuery } from "../data/useQuery";
import { ProblemState } from "../ui/states";
import { Bare } from "./Bare";
import { Loading } from "./Loading";

/** Known before any page is shown, so that nothing forbidden flashes by. */
export function MeProvider({ children }: { children: ReactNode }) {
  const { data, error, reload } = useQuery(ME, {});
  if (data) return <MeContext value={data.me}>{children}</MeContext>;
  return <Bare>{error ? <ProblemState error={error} onRetry={() => void reload()} /> : <Loading />}</Bare>;
}
