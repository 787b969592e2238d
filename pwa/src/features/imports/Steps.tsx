import { useLingui } from "@lingui/react/macro";
import { Check } from "lucide-react";
import type { Import } from "./import";
import styles from "./imports.module.css";

const AT: Record<Import["status"], number> = {
  READING: 0,
  MAPPING: 1,
  CHECKING: 2,
  CHECKED: 2,
  RUNNING: 3,
  PAUSED: 3,
  DONE: 4,
  UNDOING: 4,
  UNDONE: 4,
  FAILED: 0,
};

/** Where the import is on its way. */
export function Steps({ status }: { status: Import["status"] }) {
  const { t } = useLingui();
  if (status === "FAILED") return null;
  const steps = [t`File`, t`Columns`, t`Check`, t`Bring in`, t`Done`];
  return (
    <ol className={styles.steps} aria-label={t`Steps`}>
      {steps.map((step, index) => (
        <li
          key={step}
          data-over={index < AT[status] || undefined}
          aria-current={index === AT[status] ? "step" : undefined}
        >
          <span aria-hidden>{index < AT[status] ? <Check size={14} strokeWidth={3} /> : index + 1}</span>
          <span>{step}</span>
        </li>
      ))}
    </ol>
  );
}
