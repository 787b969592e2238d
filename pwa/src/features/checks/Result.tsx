import { Plural, Trans } from "@lingui/react/macro";
import { CircleCheck, TriangleAlert } from "lucide-react";
import { useFormat } from "../../ui/useFormat";
import { useNames } from "../log/LogPage";
import type { Difference, Latest } from "./check";
import styles from "./checks.module.css";
import { useCheckWords } from "./words";

/** What the last check found, in a sentence, and what it compared. */
export function Result({ about }: { about: Latest }) {
  const format = useFormat();
  const nameOf = useNames();
  const checks = useCheckWords();
  const counts = (about.counts ?? {}) as Record<string, number>;
  const Icon = about.clean ? CircleCheck : TriangleAlert;
  const moves = format.whole(about.moves);
  const entries = format.whole(about.logN);
  return (
    <section className={styles.result} data-clean={about.clean || undefined} aria-live="polite">
      <div className={styles.verdict}>
        <Icon size={32} aria-hidden />
        <div>
          <h2>
            {about.clean ? (
              <Trans>All figures are right</Trans>
            ) : (
              <Plural value={about.differenceCount} one="# figure is wrong" other="# figures are wrong" />
            )}
          </h2>
          <p className={styles.facts}>
            <time dateTime={about.checkedAt}>
              <Trans>Checked at {format.moment(about.checkedAt)}</Trans>
            </time>
            <span>
              <Trans>started by {nameOf.of(about.actorId)}</Trans>
            </span>
          </p>
        </div>
      </div>
      <p>
        <Trans>
          {moves} stock moves and {entries} entries of the log were compared with everything that is kept.
        </Trans>
      </p>
      <ul className={styles.compared}>
        {(Object.entries(checks) as [Difference["check"], string][]).map(([check, label]) => {
          const wrong = counts[check.toLowerCase()] ?? 0;
          return (
            <li key={check} data-wrong={wrong > 0 || undefined}>
              {wrong > 0 ? <TriangleAlert size={16} aria-hidden /> : <CircleCheck size={16} aria-hidden />}
              <span>{label}</span>
              <span>{wrong > 0 ? <Trans>{wrong} wrong</Trans> : <Trans>right</Trans>}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
