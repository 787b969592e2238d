import { Button } from "@mantine/core";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { type CommandDocument, useCommand } from "../../data/command";
import { useMe } from "../../data/me";
import { Notice } from "../../ui/Notice";
import { ProgressBar } from "../../ui/ProgressBar";
import { CommandNotice, useRefusalWords } from "../../ui/Refusal";
import { useFormat } from "../../ui/useFormat";
import { DownloadButton } from "./DownloadButton";
import { CANCEL, isOver, type Job, madeBy, PAUSE, RESUME, RETRY } from "./job";
import styles from "./jobs.module.css";
import { JobState, useJobWords } from "./words";

type JobCardProps = { job: Job; onSteered: () => void };

/** One job: what it is about, how far it is, what came of it, and what can be done with it. */
export function JobCard({ job, onSteered }: JobCardProps) {
  const { t } = useLingui();
  const me = useMe();
  const format = useFormat();
  const { kindOf, aboutOf } = useJobWords();
  const about = aboutOf(job);
  const mine = job.actorId === me.id;
  return (
    <li data-stuck={job.status === "QUARANTINED" || undefined}>
      <div className={styles.head}>
        <h3 className={styles.kind}>{[kindOf(job), about].filter(Boolean).join(" · ")}</h3>
        <JobState job={job} />
      </div>
      <p className={styles.when}>
        {!mine && (
          <span>
            <Trans>started by {job.actorName || t`the system`}</Trans>
          </span>
        )}
        <time dateTime={job.createdAt}>{format.moment(job.createdAt)}</time>
        <Took job={job} />
      </p>
      {!isOver(job) && <ProgressBar label={t`Progress of ${kindOf(job)}`} done={job.done} total={job.total} />}
      <Explained job={job} />
      <Made job={job} />
      <Ways job={job} mine={mine} onSteered={onSteered} />
    </li>
  );
}

function Took({ job: { startedAt, finishedAt } }: { job: Job }) {
  if (startedAt === null || finishedAt === null) return null;
  const seconds = Math.max(1, Math.round((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000));
  return (
    <span>
      {seconds < 120 ? (
        <Plural value={seconds} one="took # second" other="took # seconds" />
      ) : (
        <Plural value={Math.round(seconds / 60)} one="took # minute" other="took # minutes" />
      )}
    </span>
  );
}

/** Why it stands still, and what to do. */
function Explained({ job }: { job: Job }) {
  const words = useRefusalWords();
  if (job.status === "PAUSED") {
    return (
      <p className={styles.when}>
        <Trans>It keeps its place and goes on from there.</Trans>
      </p>
    );
  }
  if (job.status === "QUARANTINED") {
    return (
      <Notice tone="needs">
        <p>
          <Trans>
            This was tried three times and stopped the program each time. It is set aside so that everything else goes
            on. What it had done before stands.
          </Trans>
        </p>
        <p>
          <Trans>Try it once more. If it is set aside again, tell your operator: {job.id}</Trans>
        </p>
      </Notice>
    );
  }
  if (job.status !== "FAILED" || job.code === null) return null;
  const { sentence, facts } = words(job);
  return <Notice tone="needs">{facts ? `${sentence} (${facts})` : sentence}</Notice>;
}

export function Made({ job }: { job: Job }) {
  const format = useFormat();
  const { rows, size, shortened = 0, unreadable = 0 } = madeBy(job);
  if (job.status !== "DONE") return null;
  return (
    <>
      {rows !== undefined && (
        <p className={styles.made}>
          <Plural value={rows} one="# row" other="# rows" />
          {size !== undefined && ` · ${format.size(size)}`}
        </p>
      )}
      {shortened > 0 && (
        <Notice tone="waits">
          <Plural
            value={shortened}
            one="# cell was longer than Excel allows and ends early. A CSV file has it whole."
            other="# cells were longer than Excel allows and end early. A CSV file has them whole."
          />
        </Notice>
      )}
      {unreadable > 0 && (
        <Notice tone="needs">
          <Plural
            value={unreadable}
            one="# protected value could not be read and is empty. Tell your administrator."
            other="# protected values could not be read and are empty. Tell your administrator."
          />
        </Notice>
      )}
    </>
  );
}

type Way = { key: string; word: ReactNode; document: CommandDocument<{ jobId: string }>; shown: boolean };

type WaysProps = { job: Job; mine: boolean; onSteered: () => void };

function Ways({ job, mine, onSteered }: WaysProps) {
  const { can } = useMe();
  const steers = mine || can("job.manage");
  const stopped = ["FAILED", "CANCELLED", "QUARANTINED"].includes(job.status);
  const pausable = job.status === "RUNNING" && job.pausable && job.wanted === null;
  const ways: Way[] = [
    { key: "retry", word: <Trans>Try again</Trans>, document: RETRY, shown: stopped },
    { key: "resume", word: <Trans>Go on</Trans>, document: RESUME, shown: job.status === "PAUSED" },
    { key: "pause", word: <Trans>Pause</Trans>, document: PAUSE, shown: pausable },
    { key: "cancel", word: <Trans>Cancel</Trans>, document: CANCEL, shown: !isOver(job) && job.wanted !== "CANCEL" },
  ];
  // An export is for whoever asked for it; other files are opened by a permission, which the server asks for.
  const file = job.status === "DONE" && (mine || job.kind !== "export") ? job.fileId : null;
  return (
    <div className={styles.ways}>
      {file !== null && <DownloadButton fileId={file} name={madeBy(job).name ?? job.label} />}
      {ways.map(
        ({ shown, ...way }) => steers && shown && <Steer {...way} key={way.key} job={job} onSteered={onSteered} />,
      )}
    </div>
  );
}

type SteerProps = { job: Job; word: ReactNode; document: Way["document"]; onSteered: () => void };

function Steer({ job, word, document, onSteered }: SteerProps) {
  const { state, run } = useCommand(document);
  const steer = () => void run({ jobId: job.id }).then((outcome) => outcome && onSteered());
  return (
    <>
      <Button variant="default" loading={state.step === "sending"} onClick={steer}>
        {word}
      </Button>
      <CommandNotice state={state} onRepeat={steer} onReload={onSteered} />
    </>
  );
}
