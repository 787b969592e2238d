import { Trans, useLingui } from "@lingui/react/macro";
import { Section } from "../../../ui/Section";
import { Discrepancies } from "../discrepancies/Discrepancies";
import styles from "./periods.module.css";

const LATE = { kind: { eq: "CLOSED_PERIOD" } } as const;

/** What happened on a day that was closed by the time somebody told it. */
export function LateFacts() {
  const { t } = useLingui();
  return (
    <Section title={t`Late entries`}>
      <Discrepancies
        filter={LATE}
        label={t`Late entries`}
        empty={
          <p className={styles.note}>
            <Trans>Nothing has been reported of a day that was closed already.</Trans>
          </p>
        }
      />
    </Section>
  );
}
