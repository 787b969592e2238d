import { Trans } from "@lingui/react/macro";
import { Warehouse } from "lucide-react";
import type { ReactNode } from "react";
import type { Place } from "../offline/views";
import { Empty } from "../ui/states";
import { Opening } from "./Opening";

type WithPlaceProps = { places: readonly Place[]; ready: boolean; children: ReactNode };

/** What cannot be done without a warehouse: an empty choice of them would say nothing. */
export function WithPlace({ places, ready, children }: WithPlaceProps) {
  if (places.length > 0) return children;
  if (!ready) return <Opening />;
  return (
    <Empty icon={Warehouse} title={<Trans>No warehouse that you may see</Trans>}>
      <Trans>This is done at a warehouse. Ask your manager to give you one.</Trans>
    </Empty>
  );
}
