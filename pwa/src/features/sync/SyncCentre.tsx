import { Button } from "@mantine/core";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { CircleCheck, Download, RefreshCw } from "lucide-react";
import { type ReactNode, useState } from "react";
import Waiting from "../../app/Waiting";
import { useMe } from "../../data/me";
import { useStore } from "../../data/store";
import { hurry, sending } from "../../offline/sending";
import type { PendingCall } from "../../offline/types";
import { usePast, useQueue } from "../../offline/views";
import { Notice } from "../../ui/Notice";
import { Page } from "../../ui/Page";
import { Section } from "../../ui/Section";
import { Empty } from "../../ui/states";
import { StuckCall } from "./StuckCall";
import { PastCallLine, SentCall } from "./SentCall";
import { StorageFacts } from "./StorageFacts";
import { saveQueue } from "./saveQueue";
import styles from "./sync.module.css";

const DAY_MS = 24 * 3_600_000;

/** What this device still owes the server, what needs a person, and what became of the rest. */
export default function SyncCentre() {
  const { t } = useLingui();
  const me = useMe();
  const { calls } = useQueue();
  const past = usePast();
  const { busy } = useStore(sending);
  const stuck = calls.filter(({ state }) => state === "refused" || state === "parked");
  const review = calls.filter(({ state }) => state === "review");
  const open = calls.filter(({ state }) => state === "waiting" || state === "sent" || state === "accepted");
  const toLook = past?.filter((call) => call.ending === "done" && call.answer?.attention);
  return (
    <Page
      title={t`Sync centre`}
      back={{ href: "/", label: t`Home` }}
      action={open.length > 0 ? { icon: RefreshCw, label: <Trans>Send now</Trans>, busy, onAct: hurry } : undefined}
    >
      <Waiting except={{ companyId: me.companyId, userId: me.id }} />
      <Oldest calls={open} />
      {stuck.length > 0 && (
        <Calls title={<Trans>Needs attention</Trans>}>
          {stuck.map((call) => (
            <StuckCall key={call.id} call={call} />
          ))}
        </Calls>
      )}
      {open.length > 0 ? (
        <Calls title={<Plural value={open.length} one="# entry on its way" other="# entries on their way" />}>
          {open.map((call) => (
            <SentCall key={call.id} call={call} />
          ))}
        </Calls>
      ) : (
        stuck.length === 0 && (
          <Empty icon={CircleCheck} title={<Trans>Everything has been sent</Trans>}>
            <Trans>What you enter without a network waits here until the server has booked it.</Trans>
          </Empty>
        )
      )}
      {review.length > 0 && (
        <Calls title={<Trans>A manager decides</Trans>}>
          {review.map((call) => (
            <SentCall key={call.id} call={call} />
          ))}
        </Calls>
      )}
      {toLook && toLook.length > 0 && (
        <Calls title={<Trans>Booked, with a time to check</Trans>}>
          {toLook.map((call) => (
            <PastCallLine key={call.id} call={call} />
          ))}
        </Calls>
      )}
      {past && past.length > 0 && (
        <Calls title={<Trans>Lately</Trans>}>
          {past.slice(0, 30).map((call) => (
            <PastCallLine key={call.id} call={call} />
          ))}
        </Calls>
      )}
      <StorageFacts />
      {(calls.length > 0 || past?.some((call) => call.ending === "discarded")) && (
        <Button
          variant="default"
          w="fit-content"
          leftSection={<Download size={18} aria-hidden />}
          onClick={() => void saveQueue()}
        >
          <Trans>Save what is not booked as a file</Trans>
        </Button>
      )}
    </Page>
  );
}

function Calls({ title, children }: { title: ReactNode; children: ReactNode }) {
  return (
    <Section title={title}>
      <ul className={styles.calls}>{children}</ul>
    </Section>
  );
}

/** What waits for more than a day is said before it is forgotten. */
function Oldest({ calls }: { calls: readonly PendingCall[] }) {
  const oldest = Math.min(
    ...calls.filter(({ state }) => state !== "accepted").map((call) => Date.parse(call.occurredAt)),
  );
  const [opened] = useState(Date.now);
  const days = Math.floor((opened - oldest) / DAY_MS);
  if (!Number.isFinite(days) || days < 1) return null;
  return (
    <Notice tone={days >= 3 ? "needs" : "waits"}>
      <Plural
        value={days}
        one="Something has waited here for # day. Connect this device to a network and keep the app open until it is sent."
        other="Something has waited here for # days. Connect this device to a network and keep the app open until it is sent."
      />
    </Notice>
  );
}
