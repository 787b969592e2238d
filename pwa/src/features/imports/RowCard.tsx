import { Button, TextInput } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { PencilLine } from "lucide-react";
import { useId, useState } from "react";
import { Link } from "wouter";
import { useRefusalWords } from "../../ui/Refusal";
import { StateChip, type Tone } from "../../ui/StateChip";
import { type Changed, Changes } from "../Changes";
import {
  asList,
  asObject,
  type Decision,
  fieldOf as placeOf,
  type Import,
  type Row,
  type Use,
  valuesOf,
} from "./import";
import styles from "./imports.module.css";
import { Proposals } from "./Proposals";
import { useImportWords } from "./words";

type RowCardProps = {
  row: Row;
  about: Import;
  edits: Readonly<Record<string, string>>;
  busy: boolean;
  onEdit: (field: string, value: string) => void;
  onDecide: (what: Decision, id?: string) => void;
};

/** One row of the file: its cells, and beside the one that is wrong why. */
export function RowCard({ row, about, edits, busy, onEdit, onDecide }: RowCardProps) {
  const { t } = useLingui();
  const { fieldOf } = useImportWords();
  const words = useRefusalWords();
  const [whole, setWhole] = useState(false);
  const values = { ...valuesOf(row), ...edits };
  const mapped = (about.columns ?? []).flatMap(({ field }) => (field === null ? [] : [field]));
  const all = (about.fields ?? []).map(({ name }) => name);
  const wrong = placeOf(row, all);
  const fields = [...new Set([...mapped, ...(wrong === undefined ? [] : [wrong])])];
  const warnings = asList<{ code: string }>(row.warnings);
  const said = row.code === null ? null : words({ code: row.code, details: row.details ?? warnings[0] });
  const reason = said && (said.facts ? `${said.sentence} (${said.facts})` : said.sentence);
  const has = Object.keys(values).length > 0; // what could not be taken back has no cells
  return (
    <li data-status={row.status}>
      <div className={styles.rowHead}>
        <strong>
          <Trans>Row {row.line}</Trans>
        </strong>
        <RowState row={row} />
        {row.corrected && (
          <StateChip tone="waits">
            <Trans>Corrected, not in yet</Trans>
          </StateChip>
        )}
        {has && !whole && (
          <Button
            variant="subtle"
            size="sm"
            h={44}
            leftSection={<PencilLine size={16} aria-hidden />}
            disabled={busy}
            aria-label={t`Correct row ${row.line}`}
            onClick={() => setWhole(true)}
          >
            <Trans>Correct</Trans>
          </Button>
        )}
      </div>
      {reason !== null && (wrong === undefined || !has) && <p className={styles.why}>{reason}</p>}
      <Uses row={row} />
      {has && (
        <dl className={styles.cells}>
          {fields.map((field) => (
            <Cell
              key={field}
              label={fieldOf(field)}
              value={values[field] ?? ""}
              reason={field === wrong ? reason : null}
              warning={row.status !== "REFUSED"}
              open={whole || (field === wrong && row.status === "REFUSED") || field in edits}
              busy={busy}
              onEdit={(value) => onEdit(field, value)}
            />
          ))}
        </dl>
      )}
      <Changes changes={asObject(row.changes) as Changed} label={t`What changes`} />
      <Proposals row={row} busy={busy} onDecide={onDecide} />
    </li>
  );
}

function RowState({ row }: { row: Row }) {
  const { t } = useLingui();
  const states: Record<Row["status"], [Tone, string]> = {
    NEW: ["done", t({ message: "New", context: "record" })],
    CHANGED: ["open", t({ message: "Changed", context: "record" })],
    UNCHANGED: ["draft", t`Unchanged`],
    REFUSED: ["needs", row.code === "depended_on" || row.code === "changed_since" ? t`Stays` : t`Refused`],
  };
  const [tone, word] = states[row.status];
  return <StateChip tone={tone}>{word}</StateChip>;
}

type CellProps = {
  label: string;
  value: string;
  reason: string | null;
  warning: boolean;
  open: boolean;
  busy: boolean;
  onEdit: (value: string) => void;
};

function Cell({ label, value, reason, warning, open, busy, onEdit }: CellProps) {
  const why = useId();
  return (
    <div data-wrong={(reason !== null && (warning ? "warned" : "refused")) || undefined}>
      <dt>{label}</dt>
      <dd>
        {open ? (
          <TextInput
            aria-label={label}
            value={value}
            disabled={busy}
            maxLength={2000}
            onChange={(event) => onEdit(event.currentTarget.value)}
            {...(reason !== null && { "aria-describedby": why, "aria-invalid": !warning })}
          />
        ) : (
          value || "—"
        )}
        {reason !== null && <small id={why}>{reason}</small>}
      </dd>
    </div>
  );
}

const PAGES: Record<string, string> = {
  product: "/products",
  purchase_order: "/purchase-orders",
  sales_order: "/sales-orders",
  stock_transfer: "/transfers",
};

/** What was built on it, each with the way to it where it has a page. */
function Uses({ row }: { row: Row }) {
  const { t } = useLingui();
  const uses = asList<Use>(asObject(row.details)["by"]);
  if (uses.length === 0) return null;
  return (
    <ul className={styles.uses} aria-label={t`What depends on it`}>
      {uses.map(({ what, id, number }) => (
        <li key={id}>{PAGES[what] ? <Link href={`${PAGES[what]}/${id}`}>{number}</Link> : number}</li>
      ))}
    </ul>
  );
}
