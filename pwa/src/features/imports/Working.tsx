import { Button } from "@mantine/core";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { useEffect, useRef, useState } from "react";
import { type CommandDocument, useCommand } from "../../data/command";
import { useMe } from "../../data/me";
import { Notice } from "../../ui/Notice";
import { ProgressBar } from "../../ui/ProgressBar";
import { CommandNotice } from "../../ui/Refusal";
import { useFormat } from "../../ui/useFormat";
import { CANCEL, isOver, type Job, PAUSE, RESUME } from "../jobs/job";
import { JobState } from "../jobs/words";
import type { StepProps } from "./ImportPage";
import styles from "./imports.module.css";

/** A job works on the import: how far it is, how long it will be, and what can be said to it. */
export function Working({ about: { status, job, lines }, reload }: StepProps) {
  const { t } = useLingui();
  const { id, can } = useMe();
  const steers = job !== null && !isOver(job) && (job.actorId === id || can("job.manage"));
  const pause = usePace(job?.done ?? 0, job?.status === "RUNNING");
  const words: Partial<Record<typeof status, [string, ReactNode]>> = {
    READING: [t`Reading the file`, <Trans key="reading">Sheets, headings and columns are looked for.</Trans>],
    CHECKING: [
      t`Checking every row`,
      <Trans key="checking">Nothing is written yet: afterwards you see what would happen.</Trans>,
    ],
    RUNNING: [
      t`Bringing in the rows`,
      <Trans key="running">You can leave this page: it goes on, also without you.</Trans>,
    ],
    PAUSED: [t`Paused`, <Trans key="paused">What came in stays. It goes on from where it is.</Trans>],
    UNDOING: [t`Taking it back`, <Trans key="undoing">The latest rows go first. What depends on them is named.</Trans>],
  };
  const [label, note] = words[status] ?? [t`Working`, null];
  return (
    <>
      <div className={styles.working} aria-live="polite">
        <h2>{label}</h2>
        {job && !isOver(job) && <JobState job={job} />}
      </div>
      <ProgressBar label={label} done={job?.done ?? 0} total={job?.total ?? (lines || null)} />
      {job && <Pace job={job} pace={pause} />}
      <p className={styles.note}>{note}</p>
      {job === null && (
        <Notice tone="open">
          <Trans>Somebody else has begun this. Only they, or a manager, can stop it.</Trans>
        </Notice>
      )}
      {steers && job && (
        <div className={styles.ways}>
          {job.status === "PAUSED" && (
            <Steer job={job} document={RESUME} onSteered={reload} main>
              <Trans>Go on</Trans>
            </Steer>
          )}
          {job.status === "RUNNING" && job.pausable && job.wanted === null && (
            <Steer job={job} document={PAUSE} onSteered={reload}>
              <Trans>Pause</Trans>
            </Steer>
          )}
          {job.wanted !== "CANCEL" && (
            <Steer job={job} document={CANCEL} onSteered={reload}>
              {job.kind === "import_run" ? <Trans>Stop; what is in stays in</Trans> : <Trans>Cancel</Trans>}
            </Steer>
          )}
        </div>
      )}
    </>
  );
}

type SteerProps = {
  job: Job;
  document: CommandDocument<{ jobId: string }>;
  onSteered: () => void;
  children: ReactNode;
  main?: boolean;
};

function Steer({ job, document, onSteered, children, main = false }: SteerProps) {
  const { state, run } = useCommand(document);
  const steer = () => void run({ jobId: job.id }).then((outcome) => outcome && onSteered());
  return (
    <>
      <Button variant={main ? "filled" : "default"} loading={state.step === "sending"} onClick={steer}>
        {children}
      </Button>
      <CommandNotice state={state} onRepeat={steer} onReload={onSteered} />
    </>
  );
}

/** Rows a second, evened out over the last answers. */
function usePace(done: number, running: boolean): number | undefined {
  const last = useRef<{ at: number; done: number }>(undefined);
  const [pace, setPace] = useState<number>();
  useEffect(() => {
    if (!running) {
      last.current = undefined;
      setPace(undefined);
      return;
    }
    const now = Date.now();
    const before = last.current;
    if (before === undefined) last.current = { at: now, done };
    else if (done > before.done && now > before.at) {
      const fresh = ((done - before.done) * 1000) / (now - before.at);
      last.current = { at: now, done };
      setPace((known) => (known === undefined ? fresh : known * 0.6 + fresh * 0.4));
    }
  }, [done, running]);
  return pace;
}

function Pace({ job, pace }: { job: Job; pace: number | undefined }) {
  const format = useFormat();
  if (pace === undefined || pace < 1 || job.kind === "import_undo") return null;
  const rows = format.whole(Math.round(pace));
  const seconds = job.total === null ? null : Math.ceil(Math.max(0, job.total - job.done) / pace);
  return (
    <p className={styles.note}>
      <Trans>{rows} rows per second</Trans>
      {seconds !== null && seconds > 0 && (
        <>
          {" · "}
          {seconds < 100 ? (
            <Plural value={seconds} one="about # second left" other="about # seconds left" />
          ) : (
            <Plural value={Math.round(seconds / 60)} one="about # minute left" other="about # minutes left" />
          )}
        </>
      )}
    </p>
  );
}
