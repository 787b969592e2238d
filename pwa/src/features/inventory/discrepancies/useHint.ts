import { useLingui } from "@lingui/react/macro";
import type { Discrepancy } from "./discrepancy";

/** What is to be done about a discrepancy of a kind. */
export function useHint(): (kind: Discrepancy["kind"]) => string {
  const { t } = useLingui();
  const hints: Record<Discrepancy["kind"], string> = {
    CLOSED_PERIOD: t`It stands on the first open day. Open the period again if it has to stand on its own.`,
    NEGATIVE_STOCK: t`Count the goods: something that came in was not recorded, or the count before was wrong.`,
    ORDER_CLOSED: t`Agree with the supplier whether the goods stay and at what price, or send them back.`,
    OVER_RECEIPT: t`Agree with the supplier whether it is paid for, or send it back.`,
    RESERVED_SHORT: t`Bring goods here from elsewhere, or tell the customer who has to wait.`,
    TRANSFER_OVER: t`Count at the place that it came from: more left than was written down.`,
    TRANSFER_SHORT: t`Look for it on the way, or claim it from the carrier.`,
    UNPRICED: t`Agree on the price with the supplier, so that its cost is known.`,
  };
  return (kind) => hints[kind];
}
