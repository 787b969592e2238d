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

export function useDiscrepancyKind(): (kind: string) => string {
  const { t } = useLingui();
  const words: Record<string, string> = {
    CLOSED_PERIOD: t`From a day whose books are closed`,
    NEGATIVE_STOCK: t`More left than was here`,
    ORDER_CLOSED: t`Received after the order was closed`,
    OVER_RECEIPT: t`More received than ordered`,
    RESERVED_SHORT: t`Less here than promised`,
    TRANSFER_OVER: t`More arrived than was sent`,
    TRANSFER_SHORT: t`Lost on the way`,
    UNPRICED: t`Waits for a price`,
  };
  return (kind) => words[kind] ?? kind;
}
