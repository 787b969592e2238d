import { Plural, Trans, useLingui } from "@lingui/react/macro";
import type { Pages } from "../../data/usePages";
import type { ResultOf } from "../../data/graphql";
import { More } from "../../ui/Records";
import { Section } from "../../ui/Section";
import { StateChip } from "../../ui/StateChip";
import { LoadingRows, ProblemState } from "../../ui/states";
import { useFormat } from "../../ui/useFormat";
import { DownloadButton } from "../jobs/DownloadButton";
import type { CERTIFICATES } from "./check";
import styles from "./checks.module.css";

export type Certified = NonNullable<ResultOf<typeof CERTIFICATES>["reconciliations"]>["nodes"][number];

/** The signed file of every check: what a company keeps elsewhere. */
export function Certificates({ pages }: { pages: Pages<Certified> }) {
  const { t } = useLingui();
  const format = useFormat();
  return (
    <Section title={t`Certificates`}>
      <p className={styles.note}>
        <Trans>
          Each check leaves a signed file that says what was compared and found, and where the log ended. Keep it
          elsewhere: whoever changes the log later cannot change what it says.
        </Trans>
      </p>
      {pages.nodes.length === 0 && pages.error ? (
        <ProblemState error={pages.error} onRetry={pages.reload} />
      ) : pages.nodes.length === 0 && pages.loading ? (
        <LoadingRows rows={3} height={56} />
      ) : (
        <>
          <ul className={styles.certificates} aria-label={t`Certificates`}>
            {pages.nodes.map(({ id, checkedAt, clean, differenceCount, fileId }) => (
              <li key={id}>
                <time dateTime={checkedAt}>{format.moment(checkedAt)}</time>
                {clean ? (
                  <StateChip tone="done">
                    <Trans>All right</Trans>
                  </StateChip>
                ) : (
                  <StateChip tone="needs">
                    <Plural value={differenceCount} one="# difference" other="# differences" />
                  </StateChip>
                )}
                <div className={styles.file}>
                  <DownloadButton fileId={fileId} name={`${checkedAt.slice(0, 10)}.certificate.json`} />
                </div>
              </li>
            ))}
          </ul>
          {pages.error && <ProblemState error={pages.error} onRetry={pages.reload} />}
          <More pages={pages} />
        </>
      )}
    </Section>
  );
}
