import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { Link } from "wouter";
import { usePoll } from "../../data/usePoll";
import { Notice } from "../../ui/Notice";
import { ProgressBar } from "../../ui/ProgressBar";
import { useRefusalWords } from "../../ui/Refusal";
import { LoadingRows } from "../../ui/states";
import { DownloadButton } from "../jobs/DownloadButton";
import { isOver, madeBy, ONE_JOB } from "../jobs/job";
import { Made } from "../jobs/JobCard";
import { JobState } from "../jobs/words";
import styles from "./exports.module.css";

const PAUSE_MS = 1_000;

type ExportProgressProps = { jobId: string; onClose: () => void; onAnew: () => void };

export function ExportProgress({ jobId, onClose, onAnew }: ExportProgressProps) {
  const { t } = useLingui();
  const words = useRefusalWords();
  const { data, error } = usePoll(ONE_JOB, { id: jobId }, (last) =>
    last?.job && isOver(last.job) ? undefined : PAUSE_MS,
  );
  const job = data?.job;
  const failure = job?.status === "FAILED" ? words(job) : null;
  return (
    <div className={styles.form}>
      <div aria-live="polite" className={styles.state}>
        {job ? <JobState job={job} /> : <LoadingRows rows={1} height={24} />}
        {job && <Made job={job} />}
      </div>
      {error && (
        <Notice tone="waits">
          <Trans>The server cannot be reached. The export goes on there; look again when there is a network.</Trans>
        </Notice>
      )}
      {failure && (
        <Notice tone="needs">{failure.facts ? `${failure.sentence} (${failure.facts})` : failure.sentence}</Notice>
      )}
      {job?.status === "QUARANTINED" && (
        <Notice tone="needs">
          <Trans>This could not be made. Look under Jobs for what to do.</Trans>
        </Notice>
      )}
      {job && !isOver(job) && (
        <>
          <ProgressBar label={t`Progress of the export`} done={job.done} total={job.total} />
          <p className={styles.note}>
            <Trans>You can close this: it goes on, and the file will be under Jobs.</Trans>
          </p>
        </>
      )}
      {job?.status === "DONE" && job.fileId !== null && (
        <DownloadButton main fileId={job.fileId} name={madeBy(job).name ?? t`Export`} />
      )}
      <div className={styles.ways}>
        <Link href="/jobs" onClick={onClose}>
          <Trans>Jobs</Trans>
        </Link>
        {job && isOver(job) && (
          <Button variant="default" onClick={onAnew}>
            <Trans>Another export</Trans>
          </Button>
        )}
      </div>
    </div>
  );
}
