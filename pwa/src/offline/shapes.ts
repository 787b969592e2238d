/** What screens show: rows of this device with what is still on its way already counted in. */
import type { Decimal, Factor } from "../data/decimal";
import type { Id, PartnerRow, PurchaseOrderRow, SalesOrderRow, TransferRow } from "./types";

export type ProductUnit = Factor & { id: Id; name: string; decimals: number };

export type Product = {
  id: Id;
  sku: string;
  name: string;
  spec: string;
  kind: "GOODS" | "SERVICE";
  active: boolean;
  stockUnit: ProductUnit;
  /** The stock unit first. */
  units: ProductUnit[];
  barcodes: { code: string; unitId: Id | null }[];
  /** Retail price of the stock unit; undefined for whoever may not see it. */
  price: Decimal | null | undefined;
  referenceCost: Decimal | null | undefined;
};

/** A storage location of a warehouse that this person may see. */
export type Place = { id: Id; warehouseId: Id; label: string; negative: "FORBID" | "WARN" | "ALLOW" };
export type Partner = PartnerRow;

/** In the stock unit. `pending`: something of it waits on this device. */
export type StockAt = { locationId: Id; onHand: Decimal; reserved: Decimal; available: Decimal; pending: boolean };

type WithPending<Document extends { lines: unknown[] }> = Omit<Document, "lines"> & {
  pending: boolean;
  lines: (Document["lines"][number] & { pending: boolean })[];
};
/** `number` is empty until the server has given one. */
export type PurchaseOrder = WithPending<PurchaseOrderRow>;
export type SalesOrder = WithPending<SalesOrderRow>;
export type Transfer = WithPending<TransferRow>;
