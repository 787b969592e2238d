/**
 * What this device's rows will look like once its calls are through: an estimate of what the commands will do, for
 * their author's eyes alone. Pure. tests/cases compares it with the commands themselves.
 */
import {
  add,
  compare,
  type Decimal,
  type Factor,
  isPositive,
  positivePart,
  subtract,
  toStockUnit,
} from "../data/decimal";
import { derivedId } from "./ids";
import type { BodyOf, CommandName } from "./inputs";
import type { PurchaseOrder, SalesOrder, StockAt, Transfer } from "./shapes";
import type {
  CallState,
  Id,
  Moment,
  ProductRow,
  PurchaseOrderRow,
  SalesOrderRow,
  StockRow,
  TransferRow,
  WireCall,
} from "./types";

export type Goods = Pick<ProductRow, "kind" | "unitId" | "units">;
export type Level = StockRow["levels"][number];

/** As the server last told it; only what the calls refer to has to be there. */
export type World = {
  goods: ReadonlyMap<Id, Goods>;
  stock: ReadonlyMap<Id, readonly Level[]>;
  purchaseOrders: ReadonlyMap<Id, PurchaseOrderRow>;
  salesOrders: ReadonlyMap<Id, SalesOrderRow>;
  transfers: ReadonlyMap<Id, TransferRow>;
};

/** What the calls touch, and nothing else. */
export type Preview = {
  stock: Map<Id, StockAt[]>;
  purchaseOrders: Map<Id, PurchaseOrder>;
  salesOrders: Map<Id, SalesOrder>;
  transfers: Map<Id, Transfer>;
};

export type PreviewCall = Pick<WireCall, "id" | "name" | "body" | "occurredAt"> & { n: number; state: CallState };

/** Of a refused call nothing happens; one that a manager has to accept has happened all the same, to who made it. */
const COUNTS: ReadonlySet<CallState> = new Set<CallState>(["waiting", "sent", "accepted", "review"]);

export function preview(world: World, calls: readonly PreviewCall[]): Preview {
  const draft = new Draft(world);
  const inOrder = calls.filter((call) => COUNTS.has(call.state)).toSorted((a, b) => a.n - b.n);
  for (const call of inOrder) {
    const effect = EFFECTS[call.name as CommandName] as ((draft: Draft, body: unknown) => void) | undefined;
    draft.begin(call);
    try {
      effect?.(draft, call.body);
    } catch {
      // A body of another version, or a damaged one: the server will say so, and no screen may break on it until then.
    }
  }
  return draft.result();
}

/** A document as it is shown while no call touches it. */
export const settled = <Row extends { lines: object[] }>(row: Row) => ({
  ...row,
  pending: false,
  lines: row.lines.map((line) => ({ ...line, pending: false })) as (Row["lines"][number] & { pending: boolean })[],
});

type Change = { at: Moment; productId: Id; locationId: Id; onHand?: Decimal; reserved?: Decimal; counted?: Decimal };

class Draft {
  readonly purchaseOrders = new Map<Id, PurchaseOrder>();
  readonly salesOrders = new Map<Id, SalesOrder>();
  readonly transfers = new Map<Id, Transfer>();
  readonly world: World;
  readonly #changes: Change[] = [];
  #at: Moment = "";

  constructor(world: World) {
    this.world = world;
  }

  begin(call: PreviewCall) {
    this.#at = call.occurredAt;
  }

  get day(): string {
    return this.#at.slice(0, 10);
  }

  /** Services have no stock. */
  move(productId: Id, locationId: Id, onHand: Decimal, reserved?: Decimal) {
    if (this.world.goods.get(productId)?.kind === "SERVICE") return;
    this.#changes.push({ at: this.#at, productId, locationId, onHand, ...(reserved !== undefined && { reserved }) });
  }

  count(productId: Id, locationId: Id, counted: Decimal, at: Moment | null | undefined) {
    const moment = at != null && at < this.#at ? at : this.#at;
    this.#changes.push({ at: moment, productId, locationId, counted });
  }

  factor(productId: Id, unitId: Id | null | undefined): Factor {
    const unit =
      unitId == null ? undefined : this.world.goods.get(productId)?.units.find((one) => one.unitId === unitId);
    return unit ?? ONE;
  }

  purchaseOrder(id: Id): PurchaseOrder | undefined {
    return this.purchaseOrders.get(id) ?? shown(this.world.purchaseOrders.get(id));
  }

  salesOrder(id: Id): SalesOrder | undefined {
    return this.salesOrders.get(id) ?? shown(this.world.salesOrders.get(id));
  }

  transfer(id: Id): Transfer | undefined {
    return this.transfers.get(id) ?? shown(this.world.transfers.get(id));
  }

  /** Goods move in the order in which it happened, whenever it was typed: a count stands at its moment. */
  result(): Preview {
    const sums = new Map<Id, Map<Id, Sum>>();
    for (const change of this.#changes.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))) {
      const places = sums.get(change.productId) ?? new Map<Id, Sum>();
      sums.set(change.productId, places);
      const sum = places.get(change.locationId) ?? this.#sumOf(change);
      places.set(change.locationId, sum);
      if (change.counted !== undefined) sum.onHand = [change.counted];
      if (change.onHand !== undefined) sum.onHand.push(change.onHand);
      if (change.reserved !== undefined) sum.reserved.push(change.reserved);
    }
    const stock = new Map<Id, Map<Id, StockAt>>();
    for (const [productId, places] of sums) {
      const levels = levelsOf(this.world.stock.get(productId));
      for (const [locationId, sum] of places) {
        const level = { locationId, onHand: add(...sum.onHand), reserved: add(...sum.reserved) };
        levels.set(locationId, { ...stockAt(level), pending: true });
      }
      stock.set(productId, levels);
    }
    return {
      stock: new Map([...stock].map(([id, places]) => [id, [...places.values()]])),
      purchaseOrders: this.purchaseOrders,
      salesOrders: this.salesOrders,
      transfers: this.transfers,
    };
  }

  #sumOf({ productId, locationId }: Change): Sum {
    const level = this.world.stock.get(productId)?.find((one) => one.locationId === locationId);
    return { onHand: [level?.onHand ?? "0"], reserved: [level?.reserved ?? "0"] };
  }
}

/** Added up once, at the end: there may be thousands. */
type Sum = { onHand: Decimal[]; reserved: Decimal[] };

const ONE: Factor = { numerator: "1", denominator: "1" };

const shown = <Row extends { lines: object[] }>(row: Row | undefined) => (row === undefined ? undefined : settled(row));

export const stockAt = (level: Level): StockAt => ({
  ...level,
  available: subtract(level.onHand, level.reserved),
  pending: false,
});

const levelsOf = (levels: readonly Level[] = []) => new Map(levels.map((level) => [level.locationId, stockAt(level)]));

// --- what each command does; one that the server will refuse does nothing ---

type Effects = { [Name in CommandName]?: (draft: Draft, body: BodyOf<Name>) => void };

const EFFECTS: Effects = {
  "purchasing.record_receipt": (draft, body) => {
    const order = draft.purchaseOrder(body.order_id);
    if (order === undefined || !body.lines.every(({ line_id: id }) => order.lines.some((line) => line.id === id)))
      return;
    const lines = order.lines.map((line) => {
      const arrived = body.lines
        .filter((one) => one.line_id === line.id)
        .map((one) => {
          const own = one.unit_id === line.unitId;
          return toStockUnit(one.quantity, own ? line : draft.factor(line.productId, one.unit_id));
        });
      if (arrived.length === 0) return line;
      draft.move(line.productId, body.location_id ?? order.locationId, add(...arrived));
      return { ...line, received: add(line.received, ...arrived), pending: true };
    });
    const open = lines.some((line) => compare(line.received, line.ordered) < 0);
    const status = order.status === "CANCELLED" ? order.status : open ? "PARTLY_RECEIVED" : "RECEIVED";
    draft.purchaseOrders.set(order.id, { ...order, lines, status, pending: true });
  },

  "purchasing.record_blind_receipt": (draft, body) => {
    for (const line of body.lines) {
      draft.move(line.product_id, body.location_id, stockQuantity(draft, line));
    }
  },

  "sales.ship_sales_order": (draft, body) => {
    const order = draft.salesOrder(body.order_id);
    if (order === undefined || (order.status !== "CONFIRMED" && order.status !== "PARTLY_SHIPPED")) return;
    const wanted = new Map<Id, Decimal>();
    for (const one of body.lines ?? order.lines.map((line) => ({ line_id: line.id, quantity: toShip(line) }))) {
      if (body.lines == null && !isPositive(one.quantity)) continue;
      wanted.set(one.line_id, add(wanted.get(one.line_id) ?? "0", one.quantity));
    }
    const fits = [...wanted].every(([id, quantity]) => {
      const line = order.lines.find((one) => one.id === id);
      return line !== undefined && compare(quantity, toShip(line)) <= 0;
    });
    if (!fits || wanted.size === 0) return;
    const lines = order.lines.map((line) => {
      const quantity = wanted.get(line.id);
      if (quantity === undefined) return line;
      const held = compare(line.reserved, quantity) < 0 ? line.reserved : quantity;
      draft.move(line.productId, order.locationId, negative(quantity), negative(held));
      return {
        ...line,
        shipped: add(line.shipped, quantity),
        reserved: subtract(line.reserved, held),
        pending: true,
      };
    });
    const status = lines.some((line) => isPositive(toShip(line))) ? "PARTLY_SHIPPED" : "SHIPPED";
    draft.salesOrders.set(order.id, { ...order, lines, status, pending: true });
  },

  "sales.record_handover": goodsLeave,
  "sales.sell_now": goodsLeave,

  "sales.record_return": (draft, body) => {
    for (const line of body.lines) draft.move(line.product_id, body.location_id, stockQuantity(draft, line));
  },

  "inventory.record_count": (draft, body) => {
    for (const line of body.lines) {
      const counted = toStockUnit(line.counted, draft.factor(line.product_id, line.unit_id));
      draft.count(line.product_id, line.location_id, counted, line.counted_at);
    }
  },

  "inventory.adjust_stock": (draft, body) => {
    for (const line of body.lines) {
      const quantity = stockQuantity(draft, line);
      draft.move(line.product_id, body.location_id, line.direction === "in" ? quantity : negative(quantity));
    }
  },

  "inventory.send_transfer": (draft, body) => {
    const lines = body.lines.map((line, index) => {
      const factor = draft.factor(line.product_id, line.unit_id);
      const sent = toStockUnit(line.quantity, factor);
      draft.move(line.product_id, body.from_location_id, negative(sent));
      return {
        id: derivedId(body.transfer_id, index + 1),
        position: index + 1,
        productId: line.product_id,
        unitId: line.unit_id ?? draft.world.goods.get(line.product_id)?.unitId ?? "",
        numerator: factor.numerator,
        denominator: factor.denominator,
        sent,
        received: "0",
        pending: true,
      };
    });
    draft.transfers.set(body.transfer_id, {
      id: body.transfer_id,
      number: "",
      status: "SENT",
      documentOn: body.document_on ?? draft.day,
      note: body.note ?? "",
      fromLocationId: body.from_location_id,
      toLocationId: body.to_location_id,
      lines,
      pending: true,
    });
  },

  "inventory.receive_transfer": (draft, body) => {
    const transfer = draft.transfer(body.transfer_id);
    if (transfer === undefined) return;
    const landed = body.lines ?? [];
    if (!landed.every(({ line_id: id }) => transfer.lines.some((line) => line.id === id))) return;
    const lines = transfer.lines.map((line) => {
      const arrived = landed
        .filter((one) => one.line_id === line.id)
        .map((one) =>
          toStockUnit(one.quantity, one.unit_id === line.unitId ? line : draft.factor(line.productId, one.unit_id)),
        );
      if (arrived.length === 0) return line;
      draft.move(line.productId, transfer.toLocationId, add(...arrived));
      return { ...line, received: add(line.received, ...arrived), pending: true };
    });
    const open = lines.some((line) => compare(line.received, line.sent) < 0);
    const status = body.close || !open ? "RECEIVED" : "PARTLY_RECEIVED";
    draft.transfers.set(transfer.id, { ...transfer, lines, status, pending: true });
  },
};

type Leaving = { location_id: Id; lines: readonly Line[] };
type Line = { product_id: Id; quantity: Decimal; unit_id?: Id | null | undefined };

const toShip = (line: SalesOrder["lines"][number]) => positivePart(subtract(line.ordered, line.shipped));
const negative = (quantity: Decimal) => subtract("0", quantity);
function stockQuantity(draft: Draft, line: Line): Decimal {
  const factor = draft.factor(line.product_id, line.unit_id);
  return factor === ONE ? line.quantity : toStockUnit(line.quantity, factor);
}

function goodsLeave(draft: Draft, body: Leaving) {
  for (const line of body.lines) draft.move(line.product_id, body.location_id, negative(stockQuantity(draft, line)));
}
