import { Button, NativeSelect } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { useDirty } from "../../app/update";
import { isNegative, isPositive, read } from "../../data/decimal";
import { replace } from "../../offline/decide";
import { useDatabase } from "../../offline/rows";
import { wake } from "../../offline/sending";
import type { Id, PendingCall, WireCall } from "../../offline/types";
import { usePlaces, useProducts, usePurchaseOrder, useSalesOrder, useTransfer } from "../../offline/views";
import { DecimalInput } from "../../ui/DecimalInput";
import { fullName } from "../masterdata/products";
import styles from "./sync.module.css";

type Line = Readonly<Record<string, unknown>>;

const linesOf = (body: WireCall["body"]): Line[] => (Array.isArray(body.lines) ? (body.lines as Line[]) : []);
const amountOf = (line: Line) => ("counted" in line ? "counted" : "quantity");
const fine = (amount: string, line: Line) => {
  const value = read(amount);
  return value !== null && !isNegative(value) && (amountOf(line) === "counted" || isPositive(value) || value === "0");
};
const text = (value: unknown) => (typeof value === "string" ? value : "");

/** Quantities and the place can be put right here; for anything else it is entered anew. */
export const editable = (call: PendingCall) => linesOf(call.body).length > 0;

/** The same command with other quantities or at another place; a line of nothing is left out. */
export function EditCall({ call, onDone }: { call: PendingCall; onDone: () => void }) {
  const { t } = useLingui();
  const db = useDatabase();
  const lines = linesOf(call.body);
  const { places } = usePlaces();
  const productIds = useProductIds(call.body, lines);
  const products = useProducts(productIds.filter((id) => id !== ""));
  const [first] = useState(() => lines.map((line) => text(line[amountOf(line)])));
  const [amounts, setAmounts] = useState(first);
  const [place, setPlace] = useState(text(call.body.location_id));
  useDirty(amounts.some((amount, index) => amount !== first[index]) || place !== text(call.body.location_id));
  const left = lines.flatMap((line, index) => {
    const value = read(amounts[index] ?? "");
    const nothing = amountOf(line) === "quantity" && (value === null || !isPositive(value));
    return nothing ? [] : [{ ...line, [amountOf(line)]: value }];
  });
  const save = async () => {
    if (db === undefined || left.length === 0 || !lines.every((line, index) => fine(amounts[index] ?? "", line)))
      return;
    const body = { ...call.body, lines: left, ...(place !== "" && { location_id: place }) };
    await replace(db, call.id, { body });
    wake();
    onDone();
  };
  const nameOf = (index: number) => {
    const product = products.get(productIds[index] ?? "");
    return product ? fullName(product) : t`Line ${index + 1}`;
  };
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {place !== "" && (
        <NativeSelect
          label={t`Warehouse`}
          value={place}
          onChange={(event) => setPlace(event.currentTarget.value)}
          data={places.map(({ id, label }) => ({ value: id, label }))}
        />
      )}
      {lines.map((line, index) => (
        <DecimalInput
          // oxlint-disable-next-line react/no-array-index-key -- lines neither move nor go while they are edited
          key={index}
          label={nameOf(index)}
          value={amounts[index] ?? ""}
          onChange={(typed) => setAmounts((before) => before.map((old, at) => (at === index ? typed : old)))}
          error={fine(amounts[index] ?? "", line) ? undefined : t`This is not a number.`}
        />
      ))}
      <div className={styles.ways}>
        <Button type="submit" disabled={left.length === 0}>
          <Trans>Send it like this</Trans>
        </Button>
        <Button variant="default" onClick={onDone}>
          <Trans>Back</Trans>
        </Button>
      </div>
    </form>
  );
}

/** Of each line, named by itself or by the line of the document that it belongs to; empty where that is not here. */
function useProductIds(body: WireCall["body"], lines: readonly Line[]): Id[] {
  const purchase = usePurchaseOrder(text(body.order_id));
  const sale = useSalesOrder(text(body.order_id));
  const transfer = useTransfer(text(body.transfer_id));
  const known = [...(purchase?.lines ?? []), ...(sale?.lines ?? []), ...(transfer?.lines ?? [])];
  const of = new Map(known.map((line) => [line.id, line.productId]));
  return lines.map((line) => text(line.product_id) || (of.get(text(line.line_id)) ?? ""));
}
