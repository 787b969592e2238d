import { OUTCOME } from "../../../data/command";
import { graphql, type ResultOf, type VariablesOf } from "../../../data/graphql";

export const DISCREPANCIES = graphql(`
  query Discrepancies($first: Int!, $after: String, $filter: DiscrepancyFilter) {
    discrepancies(first: $first, after: $after, filter: $filter, orderBy: [OPENED_AT_DESC]) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        kind
        status
        quantity
        note
        openedAt
        closedAt
        product {
          id
          name
          unit {
            name
          }
        }
        location {
          name
          warehouse {
            name
          }
        }
        document {
          kind
          number
          documentOn
          occurredAt
          order {
            kind: __typename
            ... on SalesOrder {
              id
            }
            ... on PurchaseOrder {
              id
            }
          }
          transfer {
            id
          }
        }
      }
    }
  }
`);

export const DEALT_WITH = graphql(
  `
    mutation CloseDiscrepancy($id: UUID!, $input: CloseDiscrepancyInput!) {
      outcome: closeDiscrepancy(id: $id, input: $input) {
        ...Outcome
      }
    }
  `,
  [OUTCOME],
);

export type DiscrepancyFilter = NonNullable<VariablesOf<typeof DISCREPANCIES>["filter"]>;
export type Discrepancy = NonNullable<ResultOf<typeof DISCREPANCIES>["discrepancies"]>["nodes"][number];

/** The order or transfer that its document belongs to. */
export function placeOf({ document }: Discrepancy): string | undefined {
  if (document?.transfer) return `/transfers/${document.transfer.id}`;
  if (document?.order?.kind === "SalesOrder") return `/sales-orders/${document.order.id}`;
  if (document?.order?.kind === "PurchaseOrder") return `/purchase-orders/${document.order.id}`;
  return undefined;
}
