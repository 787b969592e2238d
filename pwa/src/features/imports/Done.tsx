import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Notice } from "../../ui/Notice";
import { Section } from "../../ui/Section";
import { Another } from "./Ended";
import { isBusy } from "./import";
import type { StepProps } from "./ImportPage";
import styles from "./imports.module.css";
import { Report } from "./Report";
import { Rows } from "./Rows";
import { Tallies } from "./Tallies";
import { UndoButton } from "./Undo";

/** What came in, what did not and why; or what could not be taken back. */
export function Done({ about, reload, onCorrecting }: StepProps & { onCorrecting: () => void }) {
  const { t } = useLingui();
  const undone = about.job?.kind === "import_undo" && about.reportId !== null;
  const came = about.accepted + about.changed;
  return (
    <div className={styles.step}>
      {undone ? (
        <Notice tone="waits">
          <Plural
            value={came}
            one="Taken back but for # record, on which something depends. It is named below; take that back first."
            other="Taken back but for # records, on which something depends. They are named below; take that back first."
          />
        </Notice>
      ) : (
        <>
          <Notice tone={about.refused > 0 ? "waits" : "done"}>
            {came > 0 ? (
              <Plural value={came} one="# record came in." other="# records came in." />
            ) : (
              <Trans>Nothing came in.</Trans>
            )}{" "}
            {about.unchanged > 0 && (
              <Plural value={about.unchanged} one="# was here already." other="# were here already." />
            )}{" "}
            {about.refused > 0 && (
              <Plural
                value={about.refused}
                one="# did not come in: the reason stands beside it below."
                other="# did not come in: the reasons stand beside them below."
              />
            )}
          </Notice>
          <Tallies about={about} label={t`What came in, and what did not`} />
        </>
      )}
      {about.reportId !== null && (
        <Section title={undone ? <Trans>What stays, and why</Trans> : <Trans>Rows to look at</Trans>}>
          <Rows about={about} reload={reload} onCorrecting={onCorrecting} />
        </Section>
      )}
      <Report about={about} />
      <div className={styles.ways}>
        <Another />
        {came > 0 && <UndoButton about={about} reload={reload} disabled={isBusy(about)} />}
      </div>
    </div>
  );
}
