import { Trans, useLingui } from "@lingui/react/macro";
import type { Words } from "../../ui/ProgressLines";

export function useShippingWords(): Words {
  const { t } = useLingui();
  return {
    ordered: t`Ordered`,
    done: t`Shipped`,
    now: t`This time`,
    complete: <Trans>complete</Trans>,
    none: (quantity) => <Trans>{quantity} to ship</Trans>,
    open: (quantity) => <Trans>{quantity} on backorder</Trans>,
    over: (quantity) => <Trans>{quantity} more than ordered</Trans>,
  };
}
