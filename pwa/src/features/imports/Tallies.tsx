import { useLingui } from "@lingui/react/macro";
import { useFormat } from "../../ui/useFormat";
import type { Import } from "./import";
import styles from "./imports.module.css";

/** Records by what becomes of them. */
export function Tallies({ about, label }: { about: Import; label: string }) {
  const { t } = useLingui();
  const format = useFormat();
  const tallies = [
    ["done", t({ message: "New", context: "record" }), about.accepted],
    ["open", t({ message: "Changed", context: "record" }), about.changed],
    ["draft", t`Unchanged`, about.unchanged],
    ["needs", t`Refused`, about.refused],
  ] as const;
  return (
    <dl className={styles.tallies} aria-label={label}>
      {tallies.map(([tone, word, count]) => (
        <div key={word} data-tone={count > 0 ? tone : undefined}>
          <dt>{word}</dt>
          <dd>{format.whole(count)}</dd>
        </div>
      ))}
    </dl>
  );
}
