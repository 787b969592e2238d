import { Trans, useLingui } from "@lingui/react/macro";
import { CircleCheck, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { Decimal } from "../data/decimal";
import { after, type Entry, entered, type OrderLine, type Progress, progressOf } from "../data/progress";
import { DecimalInput } from "./DecimalInput";
import styles from "./ProgressLines.module.css";
import { Pending } from "./Pending";
import { Quantity } from "./Quantity";
import table from "./table.module.css";
import { useWide } from "./useWide";

export type Line = OrderLine & {
  /** What can leave or arrive at most, where that is known, in the stock unit. */
  available?: Decimal;
  /** Something of it waits on this device. */
  pending?: boolean;
};

export type Words = {
  /** What is to come or to go in all. */
  ordered: string;
  done: string;
  now: string;
  complete: ReactNode;
  /** Nothing done yet, and nothing now. */
  none: (quantity: ReactNode) => ReactNode;
  open: (quantity: ReactNode) => ReactNode;
  over: (quantity: ReactNode) => ReactNode;
};

type ProgressLinesProps = {
  lines: readonly Line[];
  words: Words;
  /** What was typed, by line. Without it the lines are only shown. */
  typed?: Readonly<Record<string, string>>;
  onType?: (line: string, text: string) => void;
  /** Lines that are counted in the stock unit, though they were ordered in cases. */
  loose?: readonly string[];
  onLoose?: (line: Line, loose: boolean) => void;
  /** A tap on a card: more room to enter its quantity. */
  onOpen?: (line: Line) => void;
  refused?: Readonly<Record<string, string>>;
  disabled?: boolean;
};

/** The lines of an order with what was ordered, what is done, what is done now, and in words where that leads. */
export function ProgressLines(props: ProgressLinesProps) {
  const rows = props.lines.map((line) => {
    const progress = progressOf(line, props.loose?.includes(line.id));
    return { line, progress, entry: entered(props.typed?.[line.id] ?? "", progress) };
  });
  return useWide() ? <Table {...props} rows={rows} /> : <Cards {...props} rows={rows} />;
}

type Row = { line: Line; progress: Progress; entry: Entry };
type RowsProps = ProgressLinesProps & { rows: Row[] };

function Table({ rows, words, ...rest }: RowsProps) {
  const { t } = useLingui();
  const counted = rows.some(({ line }) => line.available !== undefined);
  return (
    <div className={table.scroll}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">{t`Product`}</th>
            <th scope="col" data-number>
              {words.ordered}
            </th>
            <th scope="col" data-number>
              {words.done}
            </th>
            {counted && (
              <th scope="col" data-number>
                {t`Available`}
              </th>
            )}
            {rest.typed && (
              <th scope="col" data-number className={styles.entry}>
                {words.now}
              </th>
            )}
            <th scope="col" className={styles.result}>
              {t`After`}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ line, progress, entry }) => (
            <tr key={line.id}>
              <th scope="row">
                <Name line={line} />
              </th>
              <td data-number>
                <Quantity value={progress.ordered} unit={progress.unit} />
              </td>
              <td data-number>
                {line.pending && <Pending />} <Quantity value={progress.done} unit={progress.unit} />
              </td>
              {counted && (
                <td data-number>
                  <Quantity value={line.available} unit={line.product?.unit?.name} />
                </td>
              )}
              {rest.typed && (
                <td className={styles.entry}>
                  <EntryInput line={line} progress={progress} entry={entry} words={words} {...rest} />
                </td>
              )}
              <td className={styles.result}>
                <Result progress={progress} entry={entry} words={words} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cards({ rows, words, onOpen, ...rest }: RowsProps) {
  return (
    <ul className={styles.cards}>
      {rows.map(({ line, progress, entry }) => (
        <li key={line.id}>
          <Tappable onTap={onOpen && (() => onOpen(line))}>
            <Name line={line} />
            <span className={styles.dim}>
              {words.done} {progress.done} / <Quantity value={progress.ordered} unit={progress.unit} />
              {line.pending && (
                <>
                  {" "}
                  <Pending />
                </>
              )}
              {line.available !== undefined && (
                <>
                  {" · "}
                  <Trans>available</Trans> <Quantity value={line.available} unit={line.product?.unit?.name} />
                </>
              )}
            </span>
            <Result progress={progress} entry={entry} words={words} />
          </Tappable>
          {rest.typed && (
            <div className={styles.input}>
              <EntryInput line={line} progress={progress} entry={entry} words={words} {...rest} />
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}

function Tappable({ onTap, children }: { onTap: (() => void) | undefined; children: ReactNode }) {
  if (!onTap) return <div className={styles.text}>{children}</div>;
  return (
    <button type="button" className={styles.text} onClick={onTap}>
      {children}
    </button>
  );
}

function Name({ line: { product } }: { line: Line }) {
  return (
    <span className={styles.name}>
      <span>{product ? `${product.name} ${product.spec}` : <Trans>A product that is not on this device</Trans>}</span>
      <span className={styles.dim}>{product?.sku}</span>
    </span>
  );
}

type EntryInputProps = Row & Omit<ProgressLinesProps, "lines">;

function EntryInput(props: EntryInputProps) {
  const { line, progress, entry, words, typed, onType, loose, onLoose, refused, disabled = false } = props;
  const { t } = useLingui();
  const inStockUnit = loose?.includes(line.id) ?? false;
  const other = inStockUnit ? line.unit : breakable(line, progress) ? line.product?.unit : null;
  const name = line.product?.name ?? "";
  const problems = {
    "not-a-number": t`This is not a number.`,
    negative: t`Not less than zero.`,
    "too-fine": progress.decimals === 0 ? t`Whole numbers only.` : t`At most ${progress.decimals} decimals.`,
  };
  const problem = "problem" in entry ? problems[entry.problem] : refused?.[line.id];
  return (
    <DecimalInput
      aria-label={`${words.now}: ${name}`}
      unit={progress.unit}
      {...(other &&
        onLoose && {
          unitAction: { label: t`${progress.unit}: count in ${other.name}`, onAct: () => onLoose(line, !inStockUnit) },
        })}
      placeholder="0"
      size="md"
      value={typed?.[line.id] ?? ""}
      onChange={(text) => onType?.(line.id, text)}
      error={problem}
      disabled={disabled}
      enterKeyHint="next"
      onKeyDown={(event) => {
        if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
        event.preventDefault();
        nextEntry(event.currentTarget)?.focus();
      }}
    />
  );
}

function Result({ progress, entry, words }: { progress: Progress; entry: Entry; words: Words }) {
  if ("problem" in entry) return null;
  const { state, by } = after(progress, entry.quantity);
  const quantity = <Quantity value={by} unit={progress.unit} />;
  if (state === "over") {
    return (
      <span className={styles.over}>
        <TriangleAlert size={16} aria-hidden />
        {words.over(quantity)}
      </span>
    );
  }
  if (state === "complete") {
    return (
      <span className={styles.complete}>
        <CircleCheck size={16} aria-hidden />
        {words.complete}
      </span>
    );
  }
  return <span className={styles.open}>{state === "none" ? words.none(quantity) : words.open(quantity)}</span>;
}

/** Ordered in cases, and so far counted in them. */
export const breakable = (line: Line, progress: Progress) =>
  line.unit !== null &&
  line.product?.unit != null &&
  line.unit.id !== line.product.unit.id &&
  progress.unit === line.unit.name;

/** Enter goes down the lines, and from the last to the main action of the page. */
function nextEntry(field: HTMLElement): HTMLElement | null | undefined {
  const list = field.closest("table, ul");
  const fields = [...(list?.querySelectorAll<HTMLInputElement>("input:not(:disabled)") ?? [])];
  return (
    fields[fields.indexOf(field as HTMLInputElement) + 1] ?? document.querySelector<HTMLElement>("[data-main-action]")
  );
}
