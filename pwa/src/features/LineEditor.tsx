import { ActionIcon, NativeSelect, VisuallyHidden } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { Trash2 } from "lucide-react";
import type { KeyboardEvent } from "react";
import type { Decimal } from "../data/decimal";
import { DecimalInput } from "../ui/DecimalInput";
import { Money, Quantity } from "../ui/Quantity";
import type { FieldProblem } from "../ui/Refusal";
import table from "../ui/table.module.css";
import { useWide } from "../ui/useWide";
import type { EntryLine, LineCheck, Pricing } from "./entry";
import styles from "./LineEditor.module.css";
import { fullName } from "./masterdata/products";

type LineEditorProps = {
  lines: readonly EntryLine[];
  checks: readonly LineCheck[];
  problems: readonly FieldProblem[];
  pricing: Pricing;
  /** What can be taken of each line's product, in its stock unit. Without it nothing is taken, and nothing shown. */
  available?: ((line: EntryLine) => Decimal | null) | undefined;
  /** Nothing is marked as missing before the first try to send. */
  tried: boolean;
  onChange: (lines: EntryLine[]) => void;
  onUnit: (line: EntryLine, unit: EntryLine["unit"]) => void;
  /** Enter in the last field of a line. */
  onLeave: () => void;
};

export function LineEditor(props: LineEditorProps) {
  const { lines, checks, problems, onChange } = props;
  const wide = useWide();
  if (lines.length === 0) return null;
  const rows = lines.map((line, index) => {
    const put = (next: Partial<EntryLine>) =>
      onChange(lines.map((other) => (other === line ? { ...line, ...next } : other)));
    const check = checks[index] ?? { problem: "quantity" as const };
    const remove = () => onChange(lines.filter((other) => other !== line));
    const refused = (field: string) =>
      problems.find((problem) => problem.line === index && problem.field === field)?.message;
    return { line, check, put, remove, refused };
  });
  return wide ? <Table {...props} rows={rows} /> : <Cards {...props} rows={rows} />;
}

type Row = {
  line: EntryLine;
  check: LineCheck;
  put: (next: Partial<EntryLine>) => void;
  remove: () => void;
  refused: (field: string) => string | undefined;
};
type RowsProps = LineEditorProps & { rows: Row[] };
type FieldProps = Row & Pick<LineEditorProps, "available" | "pricing" | "tried" | "onUnit" | "onLeave">;

function Table({ rows, ...rest }: RowsProps) {
  return (
    <div className={table.scroll}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">
              <Trans>Product</Trans>
            </th>
            {rest.available && (
              <th scope="col" data-number>
                <Trans>Available</Trans>
              </th>
            )}
            <th scope="col" data-number>
              <Trans>Quantity</Trans>
            </th>
            <th scope="col">
              <Trans>Unit</Trans>
            </th>
            {rest.pricing !== "hidden" && (
              <>
                <th scope="col" data-number>
                  <Trans>Price</Trans>
                </th>
                <th scope="col" data-number>
                  <Trans>Amount</Trans>
                </th>
              </>
            )}
            <th scope="col">
              <VisuallyHidden>
                <Trans>Remove</Trans>
              </VisuallyHidden>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.line.key} className={styles.row}>
              <th scope="row">
                <Name {...row} />
              </th>
              {rest.available && (
                <td data-number>
                  <Available {...row} {...rest} />
                </td>
              )}
              <td className={styles.quantity}>
                <QuantityField {...row} {...rest} />
              </td>
              <td className={styles.unit}>
                <UnitField {...row} {...rest} />
              </td>
              {rest.pricing !== "hidden" && (
                <>
                  <td className={styles.price}>
                    <PriceField {...row} {...rest} />
                  </td>
                  <td data-number>
                    <Amount {...row} />
                  </td>
                </>
              )}
              <td className={styles.remove}>
                <Remove {...row} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cards({ rows, ...rest }: RowsProps) {
  return (
    <ul className={styles.cards}>
      {rows.map((row) => (
        <li key={row.line.key}>
          <div className={styles.cardHead}>
            <div className={styles.cardName}>
              <Name {...row} />
              {rest.available && (
                <span className={styles.dim}>
                  <Trans>available</Trans> <Available {...row} {...rest} />
                </span>
              )}
            </div>
            <Remove {...row} />
          </div>
          <div className={styles.cardFields}>
            <QuantityField {...row} {...rest} />
            <UnitField {...row} {...rest} />
            {rest.pricing !== "hidden" && <PriceField {...row} {...rest} />}
          </div>
          {rest.pricing !== "hidden" && (
            <div className={styles.cardAmount}>
              <Amount {...row} />
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}

const Name = ({ line }: Row) => (
  <span className={styles.name}>
    <span>{fullName(line.product)}</span>
    <span className={styles.dim}>{line.product.sku}</span>
  </span>
);

function Available({ line, available, check }: FieldProps) {
  const short = check.problem === undefined && check.short;
  return (
    <span data-short={short || undefined} className={styles.available}>
      <Quantity value={available?.(line)} unit={line.product.stockUnit.name} />
      {short && (
        <span>
          <Trans>not enough</Trans>
        </span>
      )}
    </span>
  );
}

const Amount = ({ check }: Row) => <Money value={check.problem === undefined ? check.amount : null} strong />;

function QuantityField({ line, check, put, refused, pricing, onLeave }: FieldProps) {
  const { t } = useLingui();
  const own =
    check.problem === "quantity" && line.quantity.trim() !== ""
      ? t`More than zero.`
      : check.problem === "too-fine"
        ? t`Fewer decimals.`
        : undefined;
  return (
    <DecimalInput
      aria-label={t`Quantity: ${line.product.name}`}
      value={line.quantity}
      onChange={(quantity) => put({ quantity })}
      error={own ?? refused("quantity")}
      enterKeyHint="next"
      onKeyDown={onEnter((event) => (pricing === "hidden" ? onLeave() : nextField(event.currentTarget)?.focus()))}
    />
  );
}

function UnitField({ line, refused, onUnit }: FieldProps) {
  const { t } = useLingui();
  const { units } = line.product;
  if (units.length === 1) return <span className={styles.only}>{line.unit.name}</span>;
  return (
    <NativeSelect
      aria-label={t`Unit: ${line.product.name}`}
      value={line.unit.id}
      onChange={(event) => {
        const unit = units.find(({ id }) => id === event.currentTarget.value);
        if (unit) onUnit(line, unit);
      }}
      data={units.map(({ id, name }) => ({ value: id, label: name }))}
      error={refused("unitId")}
    />
  );
}

function PriceField({ line, check, put, refused, tried, onLeave }: FieldProps) {
  const { t } = useLingui();
  const own = check.problem === "price" && (tried || line.price.trim() !== "") ? t`A price is needed.` : undefined;
  return (
    <DecimalInput
      aria-label={t`Price: ${line.product.name}`}
      placeholder={t`Price`}
      value={line.price}
      onChange={(price) => put({ price })}
      error={own ?? refused("unitPrice")}
      enterKeyHint="next"
      onKeyDown={onEnter(onLeave)}
    />
  );
}

function Remove({ line, remove }: Row) {
  const { t } = useLingui();
  return (
    <ActionIcon variant="subtle" color="gray" size={44} onClick={remove} aria-label={t`Remove ${line.product.name}`}>
      <Trash2 size={18} aria-hidden />
    </ActionIcon>
  );
}

/** Enter moves right, then down: hands stay on the number keys. */
const onEnter = (act: (event: KeyboardEvent<HTMLInputElement>) => void) => (event: KeyboardEvent<HTMLInputElement>) => {
  if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
  event.preventDefault();
  act(event);
};

const nextField = (field: HTMLElement): HTMLElement | undefined => {
  const fields = [...(field.closest("tr, li")?.querySelectorAll<HTMLInputElement>("input:not(:disabled)") ?? [])];
  return fields[fields.indexOf(field as HTMLInputElement) + 1];
};
