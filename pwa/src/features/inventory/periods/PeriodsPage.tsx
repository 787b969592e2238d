import { Trans, useLingui } from "@lingui/react/macro";
import { BookLock } from "lucide-react";
import { useState } from "react";
import { useMe } from "../../../data/me";
import { useQuery } from "../../../data/useQuery";
import { Notice } from "../../../ui/Notice";
import { Page } from "../../../ui/Page";
import { Forbidden, LoadingRows, ProblemState } from "../../../ui/states";
import { useWide } from "../../../ui/useWide";
import { CloseDialog } from "./CloseDialog";
import { LateFacts } from "./LateFacts";
import { BOOKS, COMMAND, stepsOf } from "./period";
import { Standing } from "./Standing";
import { Steps } from "./Steps";

/** Up to which day the books are closed, who closed them, and what was told too late for its day. */
export default function PeriodsPage() {
  const { t } = useLingui();
  const { can } = useMe();
  const wide = useWide(); // there it is in the navigation
  const back = wide ? {} : { back: { href: "/me", label: t`Me` } };
  if (!can("audit.read")) {
    return (
      <Page title={t`Period close`} {...back}>
        <Forbidden />
      </Page>
    );
  }
  return <Periods {...back} />;
}

function Periods({ back }: { back?: { href: string; label: string } }) {
  const { t } = useLingui();
  const { can } = useMe();
  const [closing, setClosing] = useState(false);
  const { data, error, reload } = useQuery(BOOKS, { command: COMMAND });
  const closedTo = data?.books?.closedTo ?? null;
  const steps = stepsOf(data?.logEntries?.nodes ?? []);
  const close = () => {
    void reload(); // somebody else may have closed more meanwhile
    setClosing(true);
  };
  const done = () => {
    setClosing(false);
    void reload();
  };
  const action = can("period.close")
    ? { label: <Trans>Close the books</Trans>, icon: BookLock, onAct: close }
    : undefined;
  return (
    <Page title={t`Period close`} {...(back && { back })} action={data && action}>
      {!data ? (
        error ? (
          <ProblemState error={error} onRetry={() => void reload()} />
        ) : (
          <LoadingRows height={96} rows={4} />
        )
      ) : (
        <>
          {error && (
            <Notice tone="waits">
              <Trans>The server cannot be reached. This is how things stood when it last could.</Trans>
            </Notice>
          )}
          <Standing closedTo={closedTo} onReopened={() => void reload()} />
          {can("discrepancy.read") && <LateFacts />}
          <Steps steps={steps} />
          <CloseDialog opened={closing} closedTo={closedTo} onDone={done} onLeave={() => setClosing(false)} />
        </>
      )}
    </Page>
  );
}
