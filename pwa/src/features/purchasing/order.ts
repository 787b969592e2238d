import { graphql, type ResultOf } from "../../data/graphql";
import type { Product, PurchaseOrder } from "../../offline/views";
import type { Line } from "../../ui/ProgressLines";
import { orderLine } from "../orderLines";

/** A purchase order as its page shows it, from this device or from the server. */
export type OrderView = Pick<
  PurchaseOrder,
  "id" | "number" | "status" | "documentOn" | "expectedOn" | "note" | "partnerName" | "locationId" | "pending"
> & { lines: Line[] };

export const ofDevice = (order: PurchaseOrder, products: ReadonlyMap<string, Product>): OrderView => ({
  ...order,
  lines: order.lines
    .toSorted((left, right) => left.position - right.position)
    .map((line) => orderLine(line, line.received, products.get(line.productId))),
});

export const ORDER = graphql(`
  query PurchaseOrder($id: ID!, $price: Boolean!) {
    purchaseOrder(id: $id) {
      id
      number
      status
      documentOn
      expectedOn
      note
      total @include(if: $price)
      locationId
      partner {
        name
      }
      receipts {
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
        received
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

export type ServersOrder = NonNullable<ResultOf<typeof ORDER>["purchaseOrder"]>;

export const ofServer = (order: ServersOrder): OrderView => ({
  ...order,
  note: order.note ?? "",
  partnerName: order.partner?.name ?? order.number,
  locationId: order.locationId ?? "",
  pending: false,
  lines: (order.lines ?? []).map((line) => ({ ...line, done: line.received })),
});
