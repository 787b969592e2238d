import { Trans, useLingui } from "@lingui/react/macro";
import { StateChip } from "../../ui/StateChip";
import type { Entry } from "./log";

/** Every command, as people say what was done. */
export function useLoggedWords(): { all: Record<string, string>; of: (name: string) => string } {
  const { t } = useLingui();
  const all: Record<string, string> = {
    "masterdata.save_products": t`Products saved`,
    "masterdata.save_partners": t`Partners saved`,
    "masterdata.save_categories": t`Categories saved`,
    "masterdata.save_units": t`Units saved`,
    "masterdata.save_warehouses": t`Warehouses saved`,
    "masterdata.set_prices": t`Prices set`,
    "masterdata.withdraw_products": t`Import of products taken back`,
    "masterdata.withdraw_partners": t`Import of partners taken back`,
    "purchasing.place_purchase_order": t`Purchase order placed`,
    "purchasing.record_receipt": t`Goods received`,
    "purchasing.record_blind_receipt": t`Goods received without an order`,
    "purchasing.take_over_purchase_orders": t`Purchase orders taken over`,
    "purchasing.withdraw_purchase_orders": t`Import of purchase orders taken back`,
    "sales.place_sales_order": t`Sales order placed`,
    "sales.confirm_sales_order": t`Sales order confirmed`,
    "sales.ship_sales_order": t`Sales order shipped`,
    "sales.cancel_sales_order": t`Sales order cancelled`,
    "sales.sell_now": t`Sold on the spot`,
    "sales.record_handover": t`Goods handed over`,
    "sales.record_return": t`Goods taken back from a customer`,
    "sales.record_past_sales": t`Past sales taken over`,
    "sales.release_short_reservations": t`Short reservations released`,
    "sales.take_over_sales_orders": t`Sales orders taken over`,
    "sales.withdraw_sales_orders": t`Import of sales orders taken back`,
    "sales.withdraw_past_sales": t`Import of past sales taken back`,
    "inventory.record_opening_stock": t`Opening stock recorded`,
    "inventory.reverse_opening_stock": t`Import of opening stock taken back`,
    "inventory.adjust_stock": t`Stock adjusted`,
    "inventory.record_count": t`Stock counted`,
    "inventory.send_transfer": t`Transfer sent`,
    "inventory.receive_transfer": t`Transfer received`,
    "inventory.attach_photo": t`Photo attached`,
    "inventory.close_discrepancy": t`Discrepancy closed`,
    "inventory.close_period": t`Period closed`,
    "attention.accept_call": t`Waiting entry booked`,
    "attention.discard_call": t`Waiting entry discarded`,
    "exports.export_list": t`List exported`,
    "imports.begin_import": t`Import begun`,
    "imports.map_import": t`Import: columns named`,
    "imports.check_import": t`Import tried out`,
    "imports.run_import": t`Import run`,
    "imports.correct_import_rows": t`Import: rows corrected`,
    "imports.choose_duplicates": t`Import: duplicates chosen`,
    "imports.undo_import": t`Import taken back`,
    "jobs.cancel_job": t`Job cancelled`,
    "jobs.pause_job": t`Job paused`,
    "jobs.resume_job": t`Job continued`,
    "jobs.retry_job": t`Job tried again`,
    "reconciliation.check_stock": t`Stock check begun`,
    "reconciliation.repair_stock": t`Difference put right`,
  };
  return { all, of: (name) => all[name] ?? name };
}

export function useDoorWords(): Record<Entry["door"], string> {
  const { t } = useLingui();
  return {
    GRAPHQL: t`Online`,
    SYNC: t`From a device`,
    IMPORT: t`Import`,
    WEBHOOK: t`From a partner’s system`,
    JOB: t`In the background`,
  };
}

export function EntryState({ status }: Pick<Entry, "status">) {
  switch (status) {
    case "ACCEPTED":
      return (
        <StateChip tone="done">
          <Trans>Done</Trans>
        </StateChip>
      );
    case "PARTLY":
      return (
        <StateChip tone="waits">
          <Trans>In part</Trans>
        </StateChip>
      );
    case "WAITING":
      return (
        <StateChip tone="waits">
          <Trans>Waiting</Trans>
        </StateChip>
      );
    case "REFUSED":
      return (
        <StateChip tone="off">
          <Trans>Refused</Trans>
        </StateChip>
      );
    default:
      return (
        <StateChip tone="draft">
          <Trans>Content erased</Trans>
        </StateChip>
      );
  }
}
