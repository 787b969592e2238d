import { Trans, useLingui } from "@lingui/react/macro";
import { CircleCheck } from "lucide-react";
import { useMe } from "../../../data/me";
import { Page } from "../../../ui/Page";
import { Empty, Forbidden } from "../../../ui/states";
import { Tabs } from "../../../ui/Tabs";
import { useSearchParam } from "../../../ui/useSearchParam";
import { Discrepancies } from "./Discrepancies";

/** Where the goods were not what the papers said, until somebody has looked at it. */
export default function DiscrepanciesPage() {
  const { t } = useLingui();
  const { can } = useMe();
  const [chosen, setChosen] = useSearchParam("state");
  const view = chosen === "all" ? "all" : "open";
  return (
    <Page title={t`Discrepancies`} back={{ href: "/", label: t`Home` }}>
      {!can("discrepancy.read") ? (
        <Forbidden />
      ) : (
        <>
          <Tabs
            label={t`Which discrepancies`}
            value={view}
            onChange={(next) => setChosen(next === "all" ? "all" : "")}
            tabs={[
              ["open", t`To look at`],
              ["all", t`All`],
            ]}
          />
          <Discrepancies
            key={view}
            filter={view === "open" ? OPEN : ALL}
            label={t`Discrepancies`}
            kinds
            empty={
              <Empty icon={CircleCheck} title={<Trans>Nothing to look at</Trans>}>
                <Trans>
                  When more comes than was ordered, less arrives than was sent, or more leaves than was there, it is
                  booked as it happened and listed here.
                </Trans>
              </Empty>
            }
          />
        </>
      )}
    </Page>
  );
}

const OPEN = { status: { eq: "OPEN" } } as const;
const ALL = {};
