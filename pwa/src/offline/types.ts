/** What the server's sync door sends (api/sync/), as rows of the local database, and what waits to be sent. */
import type { Decimal } from "../data/decimal";

export type Id = string;
export type Moment = string; // ISO 8601, UTC
export type Bucket = "common" | `w:${Id}` | `u:${Id}` | `party:${Id}`;

// --- rows, by part ---

export type UnitRow = { id: Id; name: string; decimals: number };

export type ProductRow = {
  id: Id;
  sku: string;
  name: string;
  spec: string;
  kind: "GOODS" | "SERVICE";
  active: boolean;
  unitId: Id;
  units: { unitId: Id; numerator: Decimal; denominator: Decimal }[];
  barcodes: { code: string; unitId: Id | null }[];
  /** Pinyin: the initials, and in full. */
  py: string;
  pyf: string;
};

export type ProductPriceRow = { id: Id; price: Decimal | null };
export type ProductCostRow = { id: Id; referenceCost: Decimal | null };
export type PartnerRow = {
  id: Id;
  code: string;
  name: string;
  isSupplier: boolean;
  isCustomer: boolean;
  active: boolean;
};
export type PartnerContactRow = { id: Id; contactName: string | null; phone: string | null; address: string | null };
export type WarehouseRow = {
  id: Id;
  code: string;
  name: string;
  negative: "FORBID" | "WARN" | "ALLOW";
  active: boolean;
};
export type LocationRow = { id: Id; warehouseId: Id; code: string; name: string; kind: "STORAGE" };

/** `id`: the product's. Quantities in its stock unit. */
export type StockRow = { id: Id; levels: { locationId: Id; onHand: Decimal; reserved: Decimal }[] };

type OrderLineRow = {
  id: Id;
  position: number;
  productId: Id;
  unitId: Id;
  numerator: Decimal;
  denominator: Decimal;
  /** In the line's unit; what follows is in the stock unit. */
  quantity: Decimal;
  ordered: Decimal;
};
type OrderRow<Status, Line> = {
  id: Id;
  number: string;
  status: Status;
  documentOn: string;
  note: string;
  partnerId: Id;
  partnerName: string;
  locationId: Id;
  lines: Line[];
};
export type PurchaseOrderRow = OrderRow<
  "OPEN" | "PARTLY_RECEIVED" | "RECEIVED" | "CANCELLED",
  OrderLineRow & { received: Decimal }
> & { expectedOn: string | null };
export type SalesOrderRow = OrderRow<
  "DRAFT" | "CONFIRMED" | "PARTLY_SHIPPED" | "SHIPPED" | "RETURNED" | "CANCELLED",
  OrderLineRow & { reserved: Decimal; shipped: Decimal }
> & { kind: "ORDER" | "SLIP" | "RETURN" };

export type TransferRow = {
  id: Id;
  number: string;
  status: "SENT" | "PARTLY_RECEIVED" | "RECEIVED";
  documentOn: string;
  note: string;
  fromLocationId: Id;
  toLocationId: Id;
  lines: {
    id: Id;
    position: number;
    productId: Id;
    unitId: Id;
    numerator: Decimal;
    denominator: Decimal;
    sent: Decimal;
    received: Decimal;
  }[];
};

/** What became of one of our calls. Its arrival takes the call out of the overlay. */
export type CommandRow = Answer & { id: Id };

export type PartRows = {
  unit: UnitRow;
  product: ProductRow;
  product_price: ProductPriceRow;
  product_cost: ProductCostRow;
  partner: PartnerRow;
  partner_contact: PartnerContactRow;
  warehouse: WarehouseRow;
  location: LocationRow;
  stock: StockRow;
  purchase_order: PurchaseOrderRow;
  sales_order: SalesOrderRow;
  transfer: TransferRow;
  command: CommandRow;
};
export type Part = keyof PartRows;

// --- the queue ---

export type AnswerStatus = "accepted" | "partly" | "refused" | "waiting" | "deferred" | "failed";

export type Answer = {
  status: AnswerStatus;
  code: string | null;
  field: string | null;
  data: Readonly<Record<string, unknown>>;
  records: readonly { key: string; status: string; code: string | null; field: string | null; details: unknown }[];
  /** The clock of this device was off, or the call came very late: somebody should look at its time. */
  attention: "clock" | "late" | null;
};

/** What the sync centre shows for a call, in the words of the moment it was made. */
export type CallLabel = { title: string; detail?: string; href?: string };

/** As the server takes it; never changed once it is stored. */
export type WireCall = {
  id: Id;
  name: string;
  version: number;
  body: Readonly<Record<string, unknown>>;
  occurredAt: Moment;
  lane: string;
  dependsOn: readonly Id[];
};

/**
 * waiting: to be sent. sent: on its way, or its answer was lost. accepted: done on the server, and still in the overlay
 * until the rows it changed are here. review: the server keeps it for a manager. refused, parked (what it depends on
 * was refused): a person has to decide.
 */
export type CallState = "waiting" | "sent" | "accepted" | "review" | "refused" | "parked";

export type PendingCall = WireCall & {
  /** Order of making, on this device. */
  n: number;
  state: CallState;
  label: CallLabel;
  answer: Answer | null;
  attempts: number;
  /** Of the last attempt that failed; null before the first. */
  error: string | null;
};
