import { OUTCOME } from "../../../data/command";
import { graphql, type ResultOf } from "../../../data/graphql";

export const BOOKS = graphql(`
  query ClosedBooks($command: String!) {
    books {
      closedTo
    }
    logEntries(first: 10, filter: { name: { eq: $command } }, orderBy: [RECORDED_AT_DESC]) {
      nodes {
        id
        actorId
        recordedAt
        status
        body
      }
    }
  }
`);

export const COMMAND = "inventory.close_period"; // by its name in the log

export const CLOSE = graphql(
  `
    mutation ClosePeriod($id: UUID!, $input: ClosePeriodInput!) {
      outcome: closePeriod(id: $id, input: $input) {
        ...Outcome
      }
    }
  `,
  [OUTCOME],
);

export const LATE = graphql(`
  query LateFacts($first: Int!, $after: String) {
    discrepancies(first: $first, after: $after, filter: { kind: { eq: CLOSED_PERIOD } }, orderBy: [OPENED_AT_DESC]) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        status
        quantity
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

type Entry = NonNullable<ResultOf<typeof BOOKS>["logEntries"]>["nodes"][number];
export type Late = NonNullable<ResultOf<typeof LATE>["discrepancies"]>["nodes"][number];

/** The books as they stood after an entry of the log, newest first. `opened`: days were opened again by it. */
export type Step = Pick<Entry, "id" | "actorId" | "recordedAt"> & { closedTo: string | null; opened: boolean };

/** What was refused changed nothing, and what was erased says nothing. */
export function stepsOf(entries: readonly Entry[]): Step[] {
  const done = entries
    .filter(({ status, body }) => status === "ACCEPTED" && body !== null)
    .map(({ id, actorId, recordedAt, body }) => ({ id, actorId, recordedAt, closedTo: closedTo(body ?? "{}") }));
  return done.map((one, index) => ({
    ...one,
    opened: one.closedTo === null || one.closedTo < (done[index + 1]?.closedTo ?? ""),
  }));
}

const closedTo = (body: string) => (JSON.parse(body) as { closed_to?: string | null }).closed_to ?? null;

/** The order or transfer that a document belongs to. */
export function placeOf({ document }: Late): string | undefined {
  if (document?.transfer) return `/transfers/${document.transfer.id}`;
  if (document?.order?.kind === "SalesOrder") return `/sales-orders/${document.order.id}`;
  if (document?.order?.kind === "PurchaseOrder") return `/purchase-orders/${document.order.id}`;
  return undefined;
}
