import type { ReactNode } from "react";
import { ME, MeContext } from "../data/me";
import { useQuery } from "../data/useQuery";
import { LoadingRows, ProblemState } from "../ui/states";

/** Known before any page is shown, so that nothing forbidden flashes by. */
export function MeProvider({ children }: { children: ReactNode }) {
  const { data, error, reload } = useQuery(ME, {});
  if (data) return <MeContext value={data.me}>{children}</MeContext>;
  if (error) return <ProblemState error={error} onRetry={() => void reload()} />;
  return <LoadingRows rows={4} />;
}
