import { Trans, useLingui } from "@lingui/react/macro";
import { Link } from "wouter";
import { Section } from "../../../ui/Section";
import { useFormat } from "../../../ui/useFormat";
import { useNames } from "../../log/LogPage";
import { COMMAND, type Step } from "./period";
import styles from "./periods.module.css";

/** Who closed the books and opened them again, as the log has it. */
export function Steps({ steps }: { steps: readonly Step[] }) {
  const { t } = useLingui();
  const format = useFormat();
  const nameOf = useNames();
  if (steps.length === 0) return null;
  return (
    <Section title={t`History`}>
      <ul className={styles.steps} aria-label={t`History`}>
        {steps.map(({ id, actorId, recordedAt, closedTo, opened }) => (
          <li key={id}>
            <Link href={`/log/${id}`}>
              {closedTo === null ? (
                <Trans>All days opened</Trans>
              ) : opened ? (
                <Trans>Opened again, closed up to {format.date(closedTo)}</Trans>
              ) : (
                <Trans>Closed up to {format.date(closedTo)}</Trans>
              )}
            </Link>
            <span className={styles.note}>{nameOf.of(actorId)}</span>
            <time dateTime={recordedAt} className={styles.note}>
              {format.moment(recordedAt)}
            </time>
          </li>
        ))}
      </ul>
      <p>
        <Link href={`/log?command=${COMMAND}`}>
          <Trans>See all in the log</Trans>
        </Link>
      </p>
    </Section>
  );
}
