import type { Part, PartRows, PurchaseOrderRow, SalesOrderRow, TransferRow } from "./types";

const OPEN = {
  purchase_order: new Set<PurchaseOrderRow["status"]>(["OPEN", "PARTLY_RECEIVED"]),
  sales_order: new Set<SalesOrderRow["status"]>(["DRAFT", "CONFIRMED", "PARTLY_SHIPPED"]),
  transfer: new Set<TransferRow["status"]>(["SENT", "PARTLY_RECEIVED"]),
} as const;

/** Documents that nobody works on any more are looked up online. */
export function onDevice(part: Part, row: PartRows[Part]): boolean {
  const open: ReadonlySet<string> | undefined = OPEN[part as keyof typeof OPEN];
  return open === undefined || open.has((row as { status: string }).status);
}
