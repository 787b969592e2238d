import { useLingui } from "@lingui/react/macro";

export function useStockDocumentKind(): (kind: string) => string {
  const { t } = useLingui();
  const words: Record<string, string> = {
    OPENING: t`Opening stock`,
    RECEIPT: t`Goods receipt`,
    SHIPMENT: t`Shipment`,
    SALES_RETURN: t`Sales return`,
    ADJUSTMENT: t`Adjustment`,
    COUNT: t`Stock count`,
    TRANSFER: t`Transfer`,
  };
  return (kind) => words[kind] ?? kind;
}
