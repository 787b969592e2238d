import { Trans, useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import type { Difference } from "./check";

/** What is compared, in the order in which it is told. */
export function useCheckWords(): Record<Difference["check"], string> {
  const { t } = useLingui();
  return {
    BALANCE: t`Stock on hand`,
    POOL: t`Stock quantities and values for costing`,
    RESERVED: t`Reservations`,
    SHIPPED: t`Shipped on order lines`,
    RECEIVED: t`Received on order lines`,
    RETURNED: t`Returned on order lines`,
    TRANSFERRED: t`Sent and arrived on transfers`,
    STATUS: t`States of orders and transfers`,
    CHANGE: t`Updates for devices`,
    LOG: t`Log entry of each document`,
    CHAIN: t`Seal of the log`,
  };
}

/** The column of a row. */
export function useColumnWords() {
  const { t } = useLingui();
  const words: Record<string, string> = {
    on_hand: t`On hand`,
    quantity2: t`Second quantity`,
    quantity: t`Quantity`,
    value: t`Value`,
    reserved: t`Reserved`,
    shipped: t`Shipped`,
    shipped_value: t`Cost of what was shipped`,
    received: t`Received`,
    returned: t`Returned`,
    returned_value: t`Cost of what was returned`,
    sent: t`Sent`,
    "in transit": t`In transit`,
    status: t`State`,
    "change row": t`Updates for devices`,
    command: t`Log entry`,
    altered: t`An entry was altered`,
    removed: t`An entry was removed`,
    inserted: t`An entry was inserted`,
    reordered: t`Entries were reordered`,
    erased: t`An entry was erased without a word`,
  };
  return (what: string) => words[what] ?? what;
}

/** States of orders and transfers, as the moves name them. */
export function useStatusWords() {
  const { t } = useLingui();
  const words: Record<string, string> = {
    draft: t`To confirm`,
    confirmed: t`To ship`,
    partly_shipped: t`Partly shipped`,
    shipped: t`Shipped`,
    returned: t`Returned`,
    cancelled: t`Cancelled`,
    open: t`To receive`,
    partly_received: t`Partly received`,
    received: t`Received`,
    sent: t`In transit`,
  };
  return (status: string) => words[status] ?? status;
}

/** What the first cause says of the command that stands beside it. */
export function CauseWords({ difference: { cause, candidates } }: { difference: Difference }): ReactNode {
  switch (cause) {
    case "MISSING":
      return candidates > 1 ? (
        <Trans>The effect of one entry is missing. It may be this one; {candidates} would explain it:</Trans>
      ) : (
        <Trans>The effect of this entry is missing:</Trans>
      );
    case "TWICE":
      return candidates > 1 ? (
        <Trans>The effect of one entry was counted twice. It may be this one; {candidates} would explain it:</Trans>
      ) : (
        <Trans>The effect of this entry was counted twice:</Trans>
      );
    case "BEHIND":
      return <Trans>The figure stands where it stood before this entry; all later ones are missing too:</Trans>;
    case "OUTSIDE":
      return <Trans>Somebody wrote this past the program, in the database itself, after this entry:</Trans>;
    case "NAMED":
      return <Trans>It is about this entry:</Trans>;
    default:
      return <Trans>No entry explains it.</Trans>;
  }
}
