import { Trans, useLingui } from "@lingui/react/macro";
import { ShieldCheck } from "lucide-react";
import { useEffect } from "react";
import { useCommand } from "../../data/command";
import { useMe } from "../../data/me";
import { usePages } from "../../data/usePages";
import { usePoll } from "../../data/usePoll";
import { uuid7 } from "../../data/uuid";
import { Notice } from "../../ui/Notice";
import { Page } from "../../ui/Page";
import { ProgressBar } from "../../ui/ProgressBar";
import { CommandNotice } from "../../ui/Refusal";
import { Empty, Forbidden, LoadingRows, ProblemState } from "../../ui/states";
import { useWide } from "../../ui/useWide";
import { isOver, type Job } from "../jobs/job";
import { JobCard } from "../jobs/JobCard";
import jobStyles from "../jobs/jobs.module.css";
import { Certificates } from "./Certificates";
import { CERTIFICATES, CHECK, LATEST, type Latest, SHOWN } from "./check";
import styles from "./checks.module.css";
import { Differences } from "./Differences";
import { Result } from "./Result";

const BUSY_MS = 1_000;
const IDLE_MS = 30_000;

/** Whether all that is kept is what the moves say: the last check, a new one, and what every check has signed. */
export default function ChecksPage() {
  const { t } = useLingui();
  const { can } = useMe();
  const wide = useWide(); // there it is in the navigation
  const back = wide ? {} : { back: { href: "/me", label: t`Me` } };
  if (!can("audit.read")) {
    return (
      <Page title={t`Stock checks`} {...back}>
        <Forbidden />
      </Page>
    );
  }
  return <Checks {...back} />;
}

function Checks({ back }: { back?: { href: string; label: string } }) {
  const { t } = useLingui();
  const { can } = useMe();
  const { data, error, reload } = usePoll(LATEST, { first: SHOWN }, (last) =>
    last?.jobs?.nodes.some((one) => !isOver(one)) ? BUSY_MS : IDLE_MS,
  );
  const pages = usePages(CERTIFICATES, { first: 10 }, (found) => found.reconciliations);
  const { state, run } = useCommand(CHECK);
  const latest = data?.reconciliations?.nodes[0];
  const job = data?.jobs?.nodes[0];
  const busy = state.step === "sending" || (job !== undefined && !isOver(job));
  const signed = latest === undefined || pages.nodes.some(({ id }) => id === latest.id);
  const { reload: again } = pages;
  useEffect(() => {
    if (!signed) again();
    // oxlint-disable-next-line react/exhaustive-deps -- once for each new check
  }, [latest?.id]);
  const check = () => void run({ jobId: uuid7() }).then((outcome) => outcome && reload());
  const action = can("reconcile.run")
    ? { label: <Trans>Check now</Trans>, icon: ShieldCheck, busy, onAct: check }
    : undefined;
  return (
    <Page title={t`Stock checks`} {...(back && { back })} action={data && action}>
      <CommandNotice state={state} onRepeat={check} onReload={reload} />
      {data && error && (
        <Notice tone="waits">
          <Trans>The server cannot be reached. This is how things stood when it last could.</Trans>
        </Notice>
      )}
      {!data ? (
        error ? (
          <ProblemState error={error} onRetry={reload} />
        ) : (
          <LoadingRows height={96} rows={4} />
        )
      ) : (
        <>
          {job && <Working job={job} latest={latest} onSteered={reload} />}
          {latest ? (
            <>
              <Result about={latest} />
              <Found about={latest} busy={busy} onRepaired={check} />
              <Certificates pages={pages} />
            </>
          ) : (
            <Empty icon={ShieldCheck} title={<Trans>Not checked yet</Trans>}>
              <Trans>
                A check compares every figure with the stock moves that it is made of. It runs by itself every night.
              </Trans>
            </Empty>
          )}
        </>
      )}
    </Page>
  );
}

type WorkingProps = { job: Job; latest: Latest | undefined; onSteered: () => void };

/** A check on its way, or one that ended without saying what it found. */
function Working({ job, latest, onSteered }: WorkingProps) {
  const { t } = useLingui();
  const going = job.status === "QUEUED" || job.status === "RUNNING";
  if (going) {
    return (
      <div className={styles.working} role="status">
        <p>
          {job.status === "QUEUED" ? (
            <Trans>A check is about to begin.</Trans>
          ) : (
            <Trans>Everything is being compared. You can leave this page and go on working.</Trans>
          )}
        </p>
        <ProgressBar label={t`Progress of the check`} done={job.done} total={job.total} />
      </div>
    );
  }
  if (job.status === "DONE" || latest?.id === job.id) return null;
  return (
    <ul className={jobStyles.jobs} aria-label={t`The last try`}>
      <JobCard job={job} onSteered={onSteered} />
    </ul>
  );
}

type FoundProps = { about: Latest; busy: boolean; onRepaired: () => void };

function Found({ about, busy, onRepaired }: FoundProps) {
  const { can } = useMe();
  const differences = about.differences?.nodes ?? [];
  if (about.clean) return null;
  const shown = differences.length;
  return (
    <>
      {shown < about.differenceCount && (
        <Notice tone="waits">
          <Trans>
            The first {shown} of {about.differenceCount} are shown. Put these right and check again to see what is left.
          </Trans>
        </Notice>
      )}
      {!can("reconcile.run") && (
        <Notice tone="open">
          <Trans>A manager can put right what is wrong.</Trans>
        </Notice>
      )}
      <Differences about={about} differences={differences} busy={busy} onRepaired={onRepaired} />
    </>
  );
}
