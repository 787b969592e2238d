import { useLingui } from "@lingui/react/macro";
import styles from "./Changes.module.css";
import { useImportWords } from "./imports/words";

/** Field → as it was and as it is, or would be. */
export type Changed = Readonly<Record<string, readonly [was: unknown, will: unknown]>>;

/** What a change makes of a record, field by field. */
export function Changes({ changes, label }: { changes: Changed; label: string }) {
  const { t } = useLingui();
  const { fieldOf } = useImportWords();
  const words: Record<string, string> = { goods: t`Goods`, service: t`Service` };
  const told = (value: unknown): string => {
    if (Array.isArray(value)) return value.map(told).join(", ") || "—";
    if (value === null || value === undefined || value === "") return "—";
    if (typeof value === "boolean") return value ? t`Yes` : t`No`;
    if (typeof value === "object") return Object.values(value).map(told).join(" ");
    const text = String(value as string | number);
    return words[text] ?? text;
  };
  const fields = Object.entries(changes);
  if (fields.length === 0) return null;
  return (
    <ul className={styles.changes} aria-label={label}>
      {fields.map(([field, [was, will]]) => (
        <li key={field}>
          <span>{fieldOf(field)}</span> <del>{told(was)}</del> <span aria-hidden>→</span> <ins>{told(will)}</ins>
        </li>
      ))}
    </ul>
  );
}
