import { Button, Group, NativeSelect, Switch, TextInput } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { useDirty } from "../../app/update";
import { type Decimal, isNegative, read } from "../../data/decimal";
import { graphql } from "../../data/graphql";
import { useMe } from "../../data/me";
import { OUTCOME, useCommand } from "../../data/command";
import { useQuery } from "../../data/useQuery";
import { DecimalInput } from "../../ui/DecimalInput";
import { CommandNotice, type FieldProblem, useFieldProblems } from "../../ui/Refusal";
import styles from "./ProductForm.module.css";
import type { ProductDetail } from "./ProductPage";

const SAVE = graphql(
  `
    mutation SaveProducts($id: UUID!, $input: SaveProductsInput!) {
      outcome: saveProducts(id: $id, input: $input) {
        ...Outcome
      }
    }
  `,
  [OUTCOME],
);

const CATEGORIES = graphql(`
  query Categories {
    categories {
      id
      name
    }
  }
`);

/** An amount that may be left open: null for nothing typed, undefined for what cannot be one. */
function amount(text: string): Decimal | null | undefined {
  if (text.trim() === "") return null;
  const value = read(text);
  return value === null || isNegative(value) ? undefined : value;
}

type ProductFormProps = { product: ProductDetail; onCancel: () => void; onSaved: () => void; onReload: () => void };

export function ProductForm({ product, onCancel, onSaved, onReload }: ProductFormProps) {
  const { t } = useLingui();
  const { can } = useMe();
  const categories = useQuery(CATEGORIES, {}).data?.categories ?? [];
  const { state, run } = useCommand(SAVE);
  const [first] = useState({
    name: product.name,
    sku: product.sku,
    spec: product.spec,
    price: product.price ?? "",
    referenceCost: product.referenceCost ?? "",
    categoryId: product.category?.id ?? "",
    active: product.active,
    barcodes: (product.barcodes ?? []).map(({ code, unit }) => ({ code, unitId: unit?.id ?? null })),
  });
  const [form, setForm] = useState(first);
  useDirty(JSON.stringify(form) !== JSON.stringify(first));
  const [tried, setTried] = useState(false);
  const problems = useFieldProblems(state.step === "answered" ? state.outcome : null);
  const refused = (field: string) => problems.find((problem) => problem.field === field)?.message;
  const set = <Key extends keyof typeof form>(key: Key, value: (typeof form)[Key]) =>
    setForm((before) => ({ ...before, [key]: value }));

  const [price, cost] = [amount(form.price), amount(form.referenceCost)];
  const missing = (text: string) => (tried && text.trim() === "" ? t`This is needed.` : undefined);
  const notANumber = (value: string | null | undefined) =>
    value === undefined ? t`This is not a number, or less than zero.` : undefined;

  const save = async () => {
    setTried(true);
    if (form.name.trim() === "" || form.sku.trim() === "" || price === undefined || cost === undefined) return;
    const outcome = await run({
      records: [
        {
          id: product.id,
          baseVersion: product.version,
          sku: form.sku.trim(),
          name: form.name.trim(),
          spec: form.spec.trim(),
          kind: product.kind,
          unitId: product.unit?.id ?? "",
          categoryId: form.categoryId || null,
          price,
          active: form.active,
          units: (product.units ?? []).flatMap(({ unit, numerator, denominator }) =>
            unit ? [{ unitId: unit.id, numerator, denominator }] : [],
          ),
          barcodes: form.barcodes.filter(({ code }) => code.trim() !== ""),
          ...(can("product.cost") && { referenceCost: cost }),
        },
      ],
    });
    if (outcome?.status === "ACCEPTED") onSaved();
  };

  const perUnit = product.unit ? `/ ${product.unit.name}` : undefined;
  const busy = state.step === "sending";
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <fieldset className={styles.fields} disabled={busy || state.step === "unanswered"}>
        <TextInput
          className={styles.wide ?? ""}
          label={t`Name`}
          value={form.name}
          onChange={(event) => set("name", event.currentTarget.value)}
          error={missing(form.name) ?? refused("name")}
        />
        <TextInput
          label={t`Specification`}
          value={form.spec}
          onChange={(event) => set("spec", event.currentTarget.value)}
          error={refused("spec")}
        />
        <TextInput
          label={t`SKU`}
          value={form.sku}
          onChange={(event) => set("sku", event.currentTarget.value)}
          error={missing(form.sku) ?? refused("sku")}
        />
        <NativeSelect
          label={t`Category`}
          value={form.categoryId}
          onChange={(event) => set("categoryId", event.currentTarget.value)}
          data={[{ value: "", label: t`None` }, ...categories.map(({ id, name }) => ({ value: id, label: name }))]}
        />
        <DecimalInput
          label={t`Price`}
          unit={perUnit}
          value={form.price}
          onChange={(text) => set("price", text)}
          error={notANumber(price) ?? refused("price")}
        />
        {can("product.cost") && (
          <DecimalInput
            label={t`Reference cost`}
            unit={perUnit}
            value={form.referenceCost}
            onChange={(text) => set("referenceCost", text)}
            error={notANumber(cost) ?? refused("referenceCost")}
          />
        )}
        <Barcodes codes={form.barcodes} onChange={(codes) => set("barcodes", codes)} problems={problems} />
        <Switch
          label={t`In use`}
          description={t`What is not in use stays in reports and is not offered for new documents.`}
          checked={form.active}
          onChange={(event) => set("active", event.currentTarget.checked)}
        />
      </fieldset>
      <div className={styles.foot}>
        <CommandNotice state={state} onRepeat={() => void save()} onReload={onReload} />
        <Group>
          <Button type="submit" h={48} loading={busy}>
            <Trans>Save</Trans>
          </Button>
          <Button variant="default" h={48} onClick={onCancel} disabled={busy}>
            <Trans>Cancel</Trans>
          </Button>
        </Group>
      </div>
    </form>
  );
}

type Code = { code: string; unitId: string | null };
type BarcodesProps = { codes: Code[]; onChange: (codes: Code[]) => void; problems: FieldProblem[] };

/** One row more than there are codes, so that adding one is just typing it. */
function Barcodes({ codes, onChange, problems }: BarcodesProps) {
  const { t } = useLingui();
  const rows = [...codes, { code: "", unitId: null }];
  return (
    <fieldset className={styles.codes}>
      <legend>
        <Trans>Barcodes</Trans>
      </legend>
      {rows.map((row, index) => (
        <TextInput
          // oxlint-disable-next-line react/no-array-index-key -- the text is what changes, its place is what stays
          key={index}
          aria-label={t`Barcode ${index + 1}`}
          inputMode="numeric"
          value={row.code}
          onChange={(event) =>
            onChange(
              rows
                .map((other, at) => (at === index ? { ...row, code: event.currentTarget.value } : other))
                .filter(({ code }, at) => code !== "" || at < index),
            )
          }
          error={problems.find(({ field, line }) => field === "code" && line === index)?.message}
        />
      ))}
    </fieldset>
  );
}
