import { Trans } from "@lingui/react/macro";
import { CloudOff } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import { connection } from "../data/connection";
import { useStore } from "../data/store";
import { Empty, Forbidden, LoadingRows, ProblemState } from "../ui/states";

type NotHereProps = {
  error?: Error | undefined;
  forbidden?: readonly string[];
  /** The field of the query that is the document. */
  root: string;
  /** The server has answered: it does not have it either. */
  missing: boolean;
  reload: () => Promise<void>;
  /** What can be done instead. */
  children?: ReactNode;
};

/** A document that this device does not keep: closed, of another warehouse, or younger than the last contact. */
export function NotHere({ error, forbidden, root, missing, reload, children }: NotHereProps) {
  const { reachable } = useStore(connection);
  useEffect(() => {
    if (reachable && error) void reload();
  }, [reachable, error, reload]);

  if (forbidden?.includes(root)) return <Forbidden />;
  if (missing) {
    return <Empty title={<Trans>This order does not exist, or is not yours to see.</Trans>} action={children} />;
  }
  if (!error) return <LoadingRows height={64} />;
  if (reachable) return <ProblemState error={error} onRetry={() => void reload()} />;
  return (
    <Empty icon={CloudOff} title={<Trans>This order is not on this device</Trans>} action={children}>
      <Trans>
        Open orders of your warehouses are kept here; closed ones, and those made since the last contact, come with the
        network. This page opens by itself once the server is reached.
      </Trans>
    </Empty>
  );
}
