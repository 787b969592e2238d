import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { connection } from "../../data/connection";
import { useMe } from "../../data/me";
import { useStore } from "../../data/store";
import { usePoll } from "../../data/usePoll";
import { Notice } from "../../ui/Notice";
import { Page } from "../../ui/Page";
import { Empty, Forbidden, LoadingRows, ProblemState } from "../../ui/states";
import { JobCard } from "../jobs/JobCard";
import jobs from "../jobs/jobs.module.css";
import { Checked } from "./Checked";
import { Done } from "./Done";
import { type Import, isBusy, isStuck, ONE_IMPORT } from "./import";
import styles from "./imports.module.css";
import { FailedImport, Undone } from "./Ended";
import { Mapping } from "./Mapping";
import { Steps } from "./Steps";
import { Working } from "./Working";
import { ImportState, useImportWords } from "./words";

const BUSY_MS = 1_000;

/** One import, wherever it stands: the page follows it from step to step. */
export default function ImportPage({ id }: { id: string }) {
  const { t } = useLingui();
  const { can } = useMe();
  const { kindOf } = useImportWords();
  const { reachable } = useStore(connection);
  const { data, error, reload } = usePoll(ONE_IMPORT, { id }, (last) =>
    last?.import && isBusy(last.import) ? BUSY_MS : undefined,
  );
  const back = { href: "/imports", label: t`Imports` };
  if (!can("import.run")) {
    return (
      <Page title={t`Import`} back={back}>
        <Forbidden />
      </Page>
    );
  }
  if (!data) {
    return (
      <Page title={t`Import`} back={back}>
        {error ? <ProblemState error={error} onRetry={reload} /> : <LoadingRows />}
      </Page>
    );
  }
  if (!data.import) {
    return (
      <Page title={t`Import`} back={back}>
        <Empty title={<Trans>There is no such import</Trans>} />
      </Page>
    );
  }
  const about = data.import;
  return (
    <Page
      title={about.fileName}
      back={back}
      chip={<ImportState status={about.status} />}
      facts={about.kind !== null && about.status !== "MAPPING" ? kindOf(about.kind) : undefined}
    >
      <Steps status={about.status} />
      {(!reachable || error) && (
        <Notice tone="waits">
          <Trans>Importing needs the network. What was begun goes on at the server; this is how it last stood.</Trans>
        </Notice>
      )}
      <Step about={about} reload={reload} />
    </Page>
  );
}

export type StepProps = { about: Import; reload: () => void };

function Step({ about, reload }: StepProps) {
  const [remap, setRemap] = useState(false);
  const [correcting, setCorrecting] = useState(false);
  const { status } = about;
  const busy = isBusy(about);
  if (correcting && !busy) setCorrecting(false);
  if (remap && ["CHECKING", "MAPPING", "READING"].includes(status)) setRemap(false);
  const shared = { about, reload };
  if (isStuck(about) && about.job) {
    return (
      <ul className={jobs.jobs}>
        <JobCard job={about.job} onSteered={reload} />
      </ul>
    );
  }
  if (status === "MAPPING" || remap) return <Mapping key={`${about.job?.id} ${about.kind}`} {...shared} />;
  if (status === "CHECKED" || (status === "CHECKING" && correcting)) {
    return <Checked {...shared} onCorrecting={() => setCorrecting(true)} onRemap={() => setRemap(true)} />;
  }
  switch (status) {
    case "DONE":
      return <Done {...shared} onCorrecting={() => setCorrecting(true)} />;
    case "UNDONE":
      return <Undone {...shared} onRemap={() => setRemap(true)} />;
    case "FAILED":
      return <FailedImport {...shared} />;
    default:
      return (
        <div className={styles.step}>
          <Working {...shared} />
        </div>
      );
  }
}
