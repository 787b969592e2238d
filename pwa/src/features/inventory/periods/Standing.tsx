import { Trans } from "@lingui/react/macro";
import { BookLock, BookOpen } from "lucide-react";
import { useMe } from "../../../data/me";
import { useFormat } from "../../../ui/useFormat";
import { after } from "./days";
import styles from "./periods.module.css";
import { ReopenButton } from "./ReopenButton";

/** Up to which day the books are closed, and what that means. */
export function Standing({ closedTo, onReopened }: { closedTo: string | null; onReopened: () => void }) {
  const { can } = useMe();
  const format = useFormat();
  const Icon = closedTo === null ? BookOpen : BookLock;
  return (
    <section className={styles.standing} aria-live="polite">
      <Icon size={32} aria-hidden />
      <div>
        <h2>
          {closedTo === null ? <Trans>All days are open</Trans> : <Trans>Closed up to {format.date(closedTo)}</Trans>}
        </h2>
        <p className={styles.note}>
          {closedTo === null ? (
            <Trans>Close a month once its figures are final: then nothing can be dated into it any more.</Trans>
          ) : (
            <Trans>
              Nothing can be dated on that day or before. What happened then and is reported later is posted on{" "}
              {format.date(after(closedTo))}.
            </Trans>
          )}
        </p>
      </div>
      {closedTo !== null && can("period.close") && <ReopenButton closedTo={closedTo} onDone={onReopened} />}
    </section>
  );
}
