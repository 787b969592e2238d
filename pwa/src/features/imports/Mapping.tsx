import { Button, Checkbox, NativeSelect, NumberInput, TextInput } from "@mantine/core";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { useCommand } from "../../data/command";
import { useMe } from "../../data/me";
import { Notice } from "../../ui/Notice";
import { CommandNotice } from "../../ui/Refusal";
import { asObject, CHECK, type Import, isBusy, type Kind, MAP } from "./import";
import type { StepProps } from "./ImportPage";
import styles from "./imports.module.css";
import { MappingTable } from "./MappingTable";
import { KINDS, PERMISSIONS } from "./templates";
import { useImportWords } from "./words";

/** Fields that several columns may fill. */
const TWICE = new Set(["barcodes"]);

export type Chosen = ReadonlyMap<number, string>;

const chosenOf = ({ columns }: Import): Chosen =>
  new Map((columns ?? []).flatMap(({ index, field }) => (index === null || field === null ? [] : [[index, field]])));

const DATE_ORDERS = ["AUTO", "YMD", "DMY", "MDY"] as const;
const DATES: ReadonlySet<string | undefined> = new Set(["date", "expected"]); // fields that hold one

type Options = {
  source: string;
  sameCode: "UPDATE" | "REFUSE";
  reserve: boolean;
  dateOrder: (typeof DATE_ORDERS)[number];
};

function optionsOf({ options, source }: Import): Options {
  const kept = asObject(options);
  return {
    source: typeof kept["source"] === "string" && kept["source"] !== "file" ? kept["source"] : source,
    sameCode: kept["same_code"] === "refuse" ? "REFUSE" : "UPDATE",
    reserve: kept["reserve"] !== false,
    dateOrder: DATE_ORDERS.find((order) => order.toLowerCase() === kept["date_order"]) ?? "AUTO",
  };
}

/** What the rows are and which column is which field: guessed, and confirmed by a person. */
export function Mapping({ about, reload }: StepProps) {
  const { t } = useLingui();
  const { can } = useMe();
  const { kindOf, fieldOf } = useImportWords();
  const [chosen, setChosen] = useState<Chosen>(() => chosenOf(about));
  const [options, setOptions] = useState<Options>(() => optionsOf(about));
  const map = useCommand(MAP);
  const check = useCommand(CHECK);
  const { kind } = about;
  const said = { ...options, source: options.source.trim() || "file" };
  const busy = isBusy(about) || map.state.step === "sending" || check.state.step === "sending";

  const choose = (index: number, field: string) => {
    const next = new Map(chosen);
    if (!TWICE.has(field)) for (const [other, taken] of chosen) if (taken === field) next.delete(other);
    if (field === "") next.delete(index);
    else next.set(index, field);
    setChosen(next);
  };
  /** Another kind, sheet or row of headings: the file is read again with it. */
  const readAgain = async (asked: { kind?: Kind; sheet?: string; headingRow?: number }) => {
    const to = asked.kind ?? kind;
    if (to === null) return;
    const outcome = await map.run({ importId: about.id, options: said, ...asked, kind: to });
    if (outcome?.status === "ACCEPTED") reload();
  };
  const go = async () => {
    if (kind === null) return;
    const columns = (about.columns ?? []).flatMap(({ index }) =>
      index === null ? [] : [{ column: index, field: chosen.get(index) ?? null }],
    );
    const mapped = await map.run({ importId: about.id, kind, columns, options: said });
    if (mapped?.status !== "ACCEPTED") return;
    const outcome = await check.run({ importId: about.id });
    if (outcome) reload();
  };

  const taken = new Set(chosen.values());
  const missing = (about.fields ?? []).filter(({ name, required }) => required && !taken.has(name));
  const sheets = about.sheets ?? [];
  return (
    <form
      className={styles.step}
      onSubmit={(event) => {
        event.preventDefault();
        void go();
      }}
    >
      <div className={styles.where}>
        <NativeSelect
          label={t`What the rows are`}
          value={kind ?? ""}
          disabled={busy}
          onChange={(event) => void readAgain({ kind: event.currentTarget.value as Kind })}
          data={KINDS.filter((one) => can(PERMISSIONS[one]) || one === kind).map((one) => ({
            value: one,
            label: kindOf(one),
          }))}
        />
        {sheets.length > 1 && (
          <NativeSelect
            label={t`Sheet`}
            value={about.sheet ?? ""}
            disabled={busy}
            onChange={(event) => void readAgain({ sheet: event.currentTarget.value })}
            data={sheets.flatMap(({ name, rows }) => (name ? [{ value: name, label: `${name} (${rows ?? 0})` }] : []))}
          />
        )}
        <HeadingRow
          key={about.headingRow}
          about={about}
          disabled={busy}
          onChange={(headingRow) => void readAgain({ headingRow })}
        />
      </div>
      <LeftOut about={about} />
      {missing.length > 0 && (
        <Notice tone="needs">
          <Trans>
            Still needed, no column has it: {missing.map(({ name }) => fieldOf(name)).join(", ")}. Choose it above the
            column that holds it.
          </Trans>
        </Notice>
      )}
      <MappingTable about={about} chosen={chosen} onChoose={choose} />
      <MoreOptions
        kind={kind}
        dated={[...chosen.values()].some((field) => DATES.has(field))}
        options={options}
        onChange={setOptions}
      />
      <CommandNotice state={map.state} onRepeat={() => void go()} onReload={reload} />
      <CommandNotice state={check.state} onRepeat={() => void go()} onReload={reload} />
      <div className={styles.foot}>
        <Button type="submit" h={56} loading={busy} disabled={missing.length > 0 || kind === null} data-main-action>
          <Trans>Check the rows</Trans>
        </Button>
        <p className={styles.note}>
          <Trans>Checking writes nothing.</Trans>
        </p>
      </div>
    </form>
  );
}

type HeadingRowProps = { about: Import; disabled: boolean; onChange: (row: number) => void };

/** Typed, and said once the person leaves it. */
function HeadingRow({ about, disabled, onChange }: HeadingRowProps) {
  const { t } = useLingui();
  const [row, setRow] = useState<number | string>(about.headingRow ?? 0);
  const say = () => {
    if (typeof row === "number" && row !== about.headingRow) onChange(row);
  };
  return (
    <NumberInput
      label={t`Row of the headings`}
      description={t`0: there are none`}
      inputWrapperOrder={["label", "input", "description"]}
      size="md"
      value={row}
      onChange={setRow}
      min={0}
      allowDecimal={false}
      hideControls
      disabled={disabled}
      onBlur={say}
      onKeyDown={(event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        say();
      }}
    />
  );
}

function LeftOut({ about: { headingRow } }: { about: Import }) {
  const above = Math.max(0, (headingRow ?? 0) - 1);
  return (
    <p className={styles.note}>
      {above > 0 && (
        <>
          <Plural
            value={above}
            one="The row above the headings is left out."
            other="The # rows above the headings are left out."
          />{" "}
        </>
      )}
      <Trans>Rows of totals, repeated headings and notes at the end are no data, and left out by themselves.</Trans>{" "}
      <Trans>* has to be there.</Trans>
    </p>
  );
}

type MoreOptionsProps = {
  kind: Kind | null;
  /** A column holds dates. */
  dated: boolean;
  options: Options;
  onChange: (options: Options) => void;
};

function MoreOptions({ kind, dated, options, onChange }: MoreOptionsProps) {
  const { t } = useLingui();
  const orders: Record<Options["dateOrder"], string> = {
    AUTO: t`As the column shows`,
    YMD: t`Year, month, day: 26/3/5`,
    DMY: t`Day, month, year: 5/3/26`,
    MDY: t`Month, day, year: 3/5/26`,
  };
  return (
    <details className={styles.more}>
      <summary>
        <Trans>More choices</Trans>
      </summary>
      {(kind === "PRODUCTS" || kind === "PARTNERS") && (
        <NativeSelect
          label={t`When a code is known here already`}
          value={options.sameCode}
          onChange={(event) => onChange({ ...options, sameCode: event.currentTarget.value as Options["sameCode"] })}
          data={[
            { value: "UPDATE", label: t`Bring it up to date` },
            { value: "REFUSE", label: t`Leave it alone and refuse the row` },
          ]}
        />
      )}
      {kind === "SALES_ORDERS" && (
        <Checkbox
          label={t`Reserve what is in stock for these orders`}
          checked={options.reserve}
          onChange={(event) => onChange({ ...options, reserve: event.currentTarget.checked })}
        />
      )}
      {dated && (
        <NativeSelect
          label={t`How dates are written`}
          value={options.dateOrder}
          onChange={(event) => onChange({ ...options, dateOrder: event.currentTarget.value as Options["dateOrder"] })}
          data={DATE_ORDERS.map((value) => ({ value, label: orders[value] }))}
        />
      )}
      <TextInput
        label={t`Where the numbers come from`}
        description={t`The same number from the same place is the same record, however often the file comes.`}
        value={options.source}
        maxLength={100}
        onChange={(event) => onChange({ ...options, source: event.currentTarget.value })}
      />
    </details>
  );
}
