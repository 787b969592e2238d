import { useLingui } from "@lingui/react/macro";
import { Clock } from "lucide-react";
import styles from "./Pending.module.css";

/** Something of this waits on the device for the server: a small clock, with the word where there is room. */
export function Pending({ word = false }: { word?: boolean }) {
  const { t } = useLingui();
  const waits = t`on its way`;
  return (
    <span className={styles.mark} title={word ? undefined : waits}>
      <Clock
        size={14}
        strokeWidth={2.2}
        role={word ? undefined : "img"}
        {...(word ? { "aria-hidden": true } : { "aria-label": waits })}
      />
      {word && waits}
    </span>
  );
}
