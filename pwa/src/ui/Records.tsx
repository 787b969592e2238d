import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type ReactNode, useDeferredValue } from "react";
import { Link, useLocation } from "wouter";
import type { Pages } from "../data/usePages";
import styles from "./Records.module.css";
import { Forbidden, LoadingRows, ProblemState } from "./states";
import { useFormat } from "./useFormat";
import { useWide } from "./useWide";

export type Column<Row> = {
  key: string;
  head: ReactNode;
  cell: (row: Row) => ReactNode;
  number?: boolean;
  /** Names may break into lines; numbers, dates and states do not. */
  wrap?: boolean;
  /** The two orders of this column, ascending first. */
  sort?: readonly [string, string];
};

type RecordsProps<Row> = {
  label: string;
  pages: Pages<Row>;
  columns: Column<Row>[];
  card: (row: Row) => ReactNode;
  href: (row: Row) => string;
  order?: string;
  onOrder?: (order: string) => void;
  empty: ReactNode;
};

/** More than a screen shows at once. */
const FIRST_ROWS = 20;

/** The rows that are seen first come first; those below the edge follow when nothing else waits. */
function useFirstRows<Row>(rows: Row[]): Row[] {
  const all = useDeferredValue(true, false);
  return all ? rows : rows.slice(0, FIRST_ROWS);
}

/** A list read in pages: a dense table where there is room, cards on a phone, and its states. */
export function Records<Row extends { id: string }>(props: RecordsProps<Row>) {
  const { pages, empty } = props;
  const wide = useWide();
  if (pages.forbidden) return <Forbidden />;
  if (pages.nodes.length === 0) {
    if (pages.error) return <ProblemState error={pages.error} onRetry={pages.reload} />;
    return pages.loading ? <LoadingRows height={wide ? 36 : 64} /> : empty;
  }
  return (
    <div aria-busy={pages.loading}>
      {wide ? <RecordTable {...props} /> : <RecordCards {...props} />}
      {pages.error && <ProblemState error={pages.error} onRetry={pages.reload} />}
      <More pages={pages} />
    </div>
  );
}

/** How many rows are shown of how many, and the way to more. */
export function More<Row>({ pages }: { pages: Pick<Pages<Row>, "nodes" | "total" | "more"> }) {
  const format = useFormat();
  const shown = format.count(pages.nodes.length);
  const total = pages.total === undefined ? undefined : format.count(pages.total);
  return (
    <div className={styles.more}>
      <span aria-live="polite">
        {total === undefined ? (
          <Trans>{shown} shown</Trans>
        ) : (
          <Trans>
            {shown} of {total}
          </Trans>
        )}
      </span>
      {pages.more && (
        <Button variant="default" onClick={pages.more}>
          <Trans>Show more</Trans>
        </Button>
      )}
    </div>
  );
}

function RecordCards<Row extends { id: string }>({ label, pages, card, href }: RecordsProps<Row>) {
  const rows = useFirstRows(pages.nodes);
  return (
    <ul aria-label={label} className={styles.cards}>
      {rows.map((row) => (
        <li key={row.id}>
          <Link href={href(row)} className={styles.card}>
            {card(row)}
          </Link>
        </li>
      ))}
    </ul>
  );
}

function RecordTable<Row extends { id: string }>({ label, pages, columns, href, order, onOrder }: RecordsProps<Row>) {
  const [, go] = useLocation();
  const rows = useFirstRows(pages.nodes);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- keys have to reach what scrolls
    <section className={styles.scroll} aria-label={label} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            {columns.map((column) => (
              <Head key={column.key} column={column} order={order} onOrder={onOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            // The link in the first cell is the way for keyboards and readers; the row is only a larger target.
            <tr key={row.id} onClick={(event) => isPlain(event) && go(href(row))}>
              {columns.map((column, index) => (
                <td key={column.key} data-number={column.number || undefined} data-wrap={column.wrap || undefined}>
                  {index === 0 ? (
                    <Link href={href(row)} className={styles.name}>
                      {column.cell(row)}
                    </Link>
                  ) : (
                    column.cell(row)
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const isPlain = (event: React.MouseEvent) =>
  !event.defaultPrevented && !event.ctrlKey && !event.metaKey && getSelection()?.type !== "Range";

type HeadProps<Row> = {
  column: Column<Row>;
  order: string | undefined;
  onOrder: ((order: string) => void) | undefined;
};

function Head<Row>({ column, order, onOrder }: HeadProps<Row>) {
  const { t } = useLingui();
  const [ascending, descending] = column.sort ?? [];
  const sorted =
    order === undefined ? undefined : { [ascending ?? ""]: "ascending", [descending ?? ""]: "descending" }[order];
  const next = order === ascending ? descending : ascending;
  const Arrow = sorted === "descending" ? ArrowDown : ArrowUp;
  return (
    <th
      scope="col"
      data-number={column.number || undefined}
      {...(sorted && { "aria-sort": sorted as "ascending" | "descending" })}
    >
      {next && onOrder ? (
        <button type="button" className={styles.sort} onClick={() => onOrder(next)} title={t`Sort by this column`}>
          {column.head}
          <Arrow size={14} aria-hidden data-shown={sorted !== undefined} />
        </button>
      ) : (
        column.head
      )}
    </th>
  );
}
