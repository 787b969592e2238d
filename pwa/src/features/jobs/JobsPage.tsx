import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { Hammer } from "lucide-react";
import { useState } from "react";
import { useMe } from "../../data/me";
import { usePoll } from "../../data/usePoll";
import { Notice } from "../../ui/Notice";
import { Page } from "../../ui/Page";
import { Section } from "../../ui/Section";
import { Empty, LoadingRows, ProblemState } from "../../ui/states";
import { useWide } from "../../ui/useWide";
import { type Job, JOBS } from "./job";
import { JobCard } from "./JobCard";
import styles from "./jobs.module.css";

const AT_ONCE = 20;
const AT_MOST = 100;
const BUSY_MS = 2_000;
const IDLE_MS = 15_000;

/** What works in the background: what needs a person first, then what is going on, then what is over. */
export default function JobsPage() {
  const { t } = useLingui();
  const { can } = useMe();
  const wide = useWide(); // there it is in the navigation
  const [first, setFirst] = useState(AT_ONCE);
  const { data, error, reload } = usePoll(JOBS, { first }, (last) =>
    (last?.going?.nodes.length ?? 0) > 0 ? BUSY_MS : IDLE_MS,
  );
  const stuck = data?.stuck?.nodes ?? [];
  const going = data?.going?.nodes ?? [];
  const over = data?.over?.nodes ?? [];
  const groups = [
    [t`Needs attention`, stuck],
    [t`Going on`, going],
    [t`Over`, over],
  ] as const;
  const more = (data?.over?.totalCount ?? 0) > over.length && over.length === first && first < AT_MOST;
  return (
    <Page title={t`Jobs`} {...(!wide && { back: { href: "/me", label: t`Me` } })}>
      {!data ? (
        error ? (
          <ProblemState error={error} onRetry={reload} />
        ) : (
          <LoadingRows height={96} rows={4} />
        )
      ) : stuck.length + going.length + over.length === 0 ? (
        <Empty icon={Hammer} title={<Trans>No jobs yet</Trans>}>
          {can("export.run") ? (
            <Trans>Exports, imports and checks run here in the background. Begin one with “Export” at a list.</Trans>
          ) : (
            <Trans>What takes longer runs in the background and is shown here.</Trans>
          )}
        </Empty>
      ) : (
        <>
          {error && (
            <Notice tone="waits">
              <Trans>The server cannot be reached. This is how things stood when it last could.</Trans>
            </Notice>
          )}
          {groups.map(
            ([title, jobs]) => jobs.length > 0 && <Group key={title} title={title} jobs={jobs} reload={reload} />,
          )}
          {more && (
            <Button variant="default" className={styles.more ?? ""} onClick={() => setFirst(first + AT_ONCE)}>
              <Trans>Show more</Trans>
            </Button>
          )}
        </>
      )}
    </Page>
  );
}

function Group({ title, jobs, reload }: { title: string; jobs: readonly Job[]; reload: () => void }) {
  return (
    <Section title={title}>
      <ul className={styles.jobs} aria-label={title}>
        {jobs.map((job) => (
          <JobCard key={job.id} job={job} onSteered={reload} />
        ))}
      </ul>
    </Section>
  );
}
