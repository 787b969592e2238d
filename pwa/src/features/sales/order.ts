import { add, compare, type Decimal, wholeFromStockUnit } from "../../data/decimal";
import { graphql, type ResultOf } from "../../data/graphql";
import { progressOf } from "../../data/progress";
import type { Product, SalesOrder, StockAt } from "../../offline/views";
import type { Line } from "../../ui/ProgressLines";
import { type LineEntry, NOTHING } from "../lineEntry";
import { availableAt } from "../masterdata/products";
import { orderLine } from "../orderLines";

/** A sales order as its page shows it, from this device or from the server. */
export type OrderView = Pick<
  SalesOrder,
  "id" | "number" | "status" | "documentOn" | "note" | "partnerName" | "locationId" | "pending"
> & { lines: Line[] };

type Stock = ReadonlyMap<string, readonly StockAt[]> | null;

/** With what can leave for this order: what nobody else was promised, and what is reserved for it. */
export const ofDevice = (order: SalesOrder, products: ReadonlyMap<string, Product>, stock: Stock): OrderView => ({
  ...order,
  lines: order.lines
    .toSorted((left, right) => left.position - right.position)
    .map((line) => {
      const product = products.get(line.productId);
      const free = product ? availableAt(product, stock, order.locationId) : null;
      return {
        ...orderLine(line, line.shipped, product),
        ...(free !== null && { available: add(free, line.reserved) }),
      };
    }),
});

export const ORDER = graphql(`
  query SalesOrder($id: ID!, $price: Boolean!) {
    salesOrder(id: $id) {
      id
      number
      status
      documentOn
      note
      total @include(if: $price)
      locationId
      partner {
        name
      }
      shipments {
        id
        number
        effectiveAt
        reason
      }
      lines {
        id
        numerator
        denominator
        ordered
        shipped
        unit {
          id
          name
          decimals
        }
        product {
          id
          sku
          name
          spec
          unit {
            id
            name
            decimals
          }
        }
      }
    }
  }
`);

export type ServersOrder = NonNullable<ResultOf<typeof ORDER>["salesOrder"]>;

export const ofServer = (order: ServersOrder): OrderView => ({
  ...order,
  note: order.note ?? "",
  partnerName: order.partner?.name ?? order.number,
  locationId: order.locationId ?? "",
  pending: false,
  lines: (order.lines ?? []).map((line) => ({ ...line, done: line.shipped })),
});

/** What is still open, as far as it is here. */
export function suggested(lines: readonly Line[]): LineEntry {
  const typed = lines.flatMap((line): [string, Decimal][] => {
    const { factor, decimals, open } = progressOf(line);
    const here = line.available === undefined ? null : wholeFromStockUnit(line.available, factor, decimals);
    const quantity = here !== null && compare(here, open) < 0 ? here : open;
    return compare(quantity, "0") > 0 ? [[line.id, quantity]] : [];
  });
  return { ...NOTHING, typed: Object.fromEntries(typed) };
}

/** Lines that cannot be confirmed in full. */
export const short = (lines: readonly Line[]) =>
  lines.filter((line) => line.available !== undefined && compare(line.available, line.ordered) < 0);
