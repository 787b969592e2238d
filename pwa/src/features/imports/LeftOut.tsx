import { plural } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { asObject, type Import } from "./import";
import styles from "./imports.module.css";

/** Rows of the file that are no data, so that nobody wonders where they are. */
export function LeftOut({ about }: { about: Import }) {
  const { t, i18n } = useLingui();
  const counts = asObject(about.leftOut);
  const words: Record<string, (count: number) => string> = {
    titles: (count) => t`${plural(count, { one: "# title", other: "# titles" })}`,
    units: (count) => t`${plural(count, { one: "# row of units", other: "# rows of units" })}`,
    headings: (count) => t`${plural(count, { one: "# repeated heading", other: "# repeated headings" })}`,
    totals: (count) => t`${plural(count, { one: "# total", other: "# totals" })}`,
    notes: (count) => t`${plural(count, { one: "# note", other: "# notes" })}`,
  };
  const sorts = Object.entries(words).flatMap(([sort, word]) => {
    const count = Number(counts[sort] ?? 0);
    return count > 0 ? [word(count)] : [];
  });
  if (sorts.length === 0) return null;
  const list = new Intl.ListFormat(i18n.locale).format(sorts);
  return (
    <p className={styles.note}>
      <Trans>Rows that are no data were left out: {list}.</Trans>
    </p>
  );
}
