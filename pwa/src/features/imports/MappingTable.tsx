import { NativeSelect } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useWide } from "../../ui/useWide";
import { asList, type Import } from "./import";
import styles from "./imports.module.css";
import type { Chosen } from "./Mapping";
import { useImportWords } from "./words";

type Column = NonNullable<Import["columns"]>[number] & { index: number };

type MappingTableProps = { about: Import; chosen: Chosen; onChoose: (index: number, field: string) => void };

/** The first values of each column, and above them which field they are. */
export function MappingTable({ about, chosen, onChoose }: MappingTableProps) {
  const { t } = useLingui();
  const wide = useWide();
  const columns = (about.columns ?? []).filter((column): column is Column => column.index !== null);
  const pick = (column: Column) => (
    <Pick about={about} column={column} field={chosen.get(column.index) ?? ""} onChoose={onChoose} />
  );
  if (!wide) {
    return (
      <ul className={styles.columnCards} aria-label={t`Columns of the file`}>
        {columns.map((column) => (
          <li key={column.index} data-out={!chosen.has(column.index) || undefined}>
            <strong>{headingOf(column)}</strong>
            <span className={styles.samples}>{asList<string>(column.samples).slice(0, 3).join(" · ") || "—"}</span>
            {pick(column)}
          </li>
        ))}
      </ul>
    );
  }
  const rows = Math.max(0, ...columns.map(({ samples }) => asList(samples).length));
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- keys have to reach what scrolls
    <section className={styles.scroll} aria-label={t`First values of each column`} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.index} scope="col" data-out={!chosen.has(column.index) || undefined}>
                {pick(column)}
                <span className={styles.heading}>{headingOf(column)}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: rows }, (_, row) => (
            <tr key={row}>
              {columns.map((column) => (
                <td key={column.index} data-out={!chosen.has(column.index) || undefined}>
                  {asList<string>(column.samples)[row] ?? ""}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** What the file calls it, or else its letter, as a spreadsheet has it. */
function headingOf({ heading, index }: Column): string {
  if (heading) return heading;
  const letter = String.fromCodePoint(65 + (index % 26));
  return index < 26 ? letter : String.fromCodePoint(64 + Math.floor(index / 26)) + letter;
}

type PickProps = {
  about: Import;
  column: Column;
  field: string;
  onChoose: MappingTableProps["onChoose"];
};

function Pick({ about, column, field, onChoose }: PickProps) {
  const { t } = useLingui();
  const { fieldOf } = useImportWords();
  const heading = headingOf(column);
  return (
    <span className={styles.pick}>
      <NativeSelect
        aria-label={t`Field of column ${heading}`}
        size="md"
        value={field}
        onChange={(event) => onChoose(column.index, event.currentTarget.value)}
        data={[
          { value: "", label: t`Leave out` },
          ...(about.fields ?? []).map(({ name, required }) => ({
            value: name,
            label: required ? `${fieldOf(name)} *` : fieldOf(name),
          })),
        ]}
      />
      <small>
        {field === "" ? (
          <Trans>not brought in</Trans>
        ) : field === column.guessed ? (
          <Trans>guessed</Trans>
        ) : (
          <Trans>chosen</Trans>
        )}
      </small>
    </span>
  );
}
