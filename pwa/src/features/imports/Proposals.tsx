import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { asList, type Decision, type Proposal, type Row } from "./import";
import styles from "./imports.module.css";

type ProposalsProps = { row: Row; busy: boolean; onDecide: (what: Decision, id?: string) => void };

/** What a row may be the same as, and what somebody said of it. */
export function Proposals({ row, busy, onDecide }: ProposalsProps) {
  const { t } = useLingui();
  const proposals = asList<Proposal>(row.proposals);
  const why = { name: t`same name`, phone: t`same phone`, barcode: t`same barcode` };
  const choice = typeof row.choice === "string" ? row.choice : null;
  if (proposals.length === 0 && choice === null) return null;
  const chosen = proposals.find(({ id }) => id === choice);
  return (
    <div className={styles.proposals}>
      {choice !== null && (
        <p>
          {choice === "new" ? (
            <Trans>You said: another one.</Trans>
          ) : choice === "out" ? (
            <Trans>You said: leave it out.</Trans>
          ) : (
            <Trans>You said: the same as {chosen ? `${chosen.code} ${chosen.name}` : t`one that is here`}.</Trans>
          )}
        </p>
      )}
      {proposals.map((one) => (
        <div key={one.id ?? one.line} className={styles.proposal}>
          <span>
            {one.id === undefined ? (
              <Trans>
                Maybe the same as row {one.line} of this file ({why[one.why]}). Leave one of them out if it is.
              </Trans>
            ) : (
              <Trans>
                Maybe the same as {one.code} {one.name} ({why[one.why]})
              </Trans>
            )}
          </span>
          {one.id !== undefined && choice !== one.id && (
            <Button variant="default" h={44} disabled={busy} onClick={() => onDecide("same", one.id)}>
              <Trans>The same</Trans>
            </Button>
          )}
        </div>
      ))}
      <div className={styles.ways}>
        {choice !== "new" && (
          <Button variant="default" h={44} disabled={busy} onClick={() => onDecide("new")}>
            <Trans>Another one</Trans>
          </Button>
        )}
        {choice !== "out" && (
          <Button variant="default" h={44} disabled={busy} onClick={() => onDecide("out")}>
            <Trans>Leave this row out</Trans>
          </Button>
        )}
      </div>
    </div>
  );
}
