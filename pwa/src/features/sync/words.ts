import { useLingui } from "@lingui/react/macro";
import type { CommandName } from "../../offline/commands";

/** What a command is called by those who gave it. */
export function useCommandWords() {
  const { t } = useLingui();
  const words: Record<CommandName, string> = {
    "purchasing.record_receipt": t`Goods receipt`,
    "purchasing.record_blind_receipt": t`Receipt without an order`,
    "sales.ship_sales_order": t`Shipment`,
    "sales.record_handover": t`Hand-over`,
    "sales.sell_now": t`Sales slip`,
    "sales.record_return": t`Customer return`,
    "sales.place_sales_order": t`Sales order`,
    "sales.confirm_sales_order": t`Confirmation of an order`,
    "sales.cancel_sales_order": t`Cancellation of an order`,
    "inventory.record_count": t`Stock count`,
    "inventory.adjust_stock": t`Adjustment`,
    "inventory.send_transfer": t`Transfer, sent`,
    "inventory.receive_transfer": t`Transfer, received`,
    "inventory.attach_photo": t`Photo`,
  };
  return (name: string) => words[name as CommandName] ?? t`Entry`;
}
