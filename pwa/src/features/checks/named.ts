import { graphql, type VariablesOf } from "../../data/graphql";
import type { Difference } from "./check";

const AT_MOST = 40; // documents whose lines are read; each may have 500 of them, and an answer has a limit

/** What the rows of differences are called. */
export const NAMES = graphql(`
  query NamesOfDifferences(
    $salesLines: [ID!]!
    $purchaseLines: [ID!]!
    $transferLines: [ID!]!
    $salesOrders: [ID!]!
    $purchaseOrders: [ID!]!
    $transfers: [ID!]!
    $documents: [ID!]!
    $orders: Int!
    $sent: Int!
  ) {
    locations {
      id
      warehouseId
      warehouse {
        name
      }
    }
    salesLines(first: 100, filter: { id: { in: $salesLines } }) {
      nodes {
        id
        position
        productId
        order {
          id
          number
        }
      }
    }
    lineOrders: purchaseOrders(first: $orders, filter: { lines: { id: { in: $purchaseLines } } }) {
      nodes {
        id
        number
        lines {
          id
          position
          productId
        }
      }
    }
    lineTransfers: stockTransfers(first: $sent, filter: { lines: { id: { in: $transferLines } } }) {
      nodes {
        id
        number
        lines {
          id
          position
          productId
        }
      }
    }
    salesOrders(first: 100, filter: { id: { in: $salesOrders } }) {
      nodes {
        id
        number
      }
    }
    purchaseOrders(first: 100, filter: { id: { in: $purchaseOrders } }) {
      nodes {
        id
        number
      }
    }
    stockTransfers(first: 100, filter: { id: { in: $transfers } }) {
      nodes {
        id
        number
      }
    }
    stockDocuments(first: 100, filter: { id: { in: $documents } }) {
      nodes {
        id
        number
      }
    }
  }
`);

export const GOODS = graphql(`
  query GoodsOfDifferences($ids: [ID!]!) {
    products(first: 100, filter: { id: { in: $ids } }) {
      nodes {
        id
        name
        unit {
          name
        }
      }
    }
  }
`);

export type Wanted = Record<Exclude<keyof VariablesOf<typeof NAMES>, "orders" | "sent"> | "products", string[]>;

/** Goods are asked for once the lines have said which they are. */
export function namesOf(wanted: Wanted): VariablesOf<typeof NAMES> {
  const { products: _products, ...named } = wanted;
  return { ...named, orders: few(wanted.purchaseLines), sent: few(wanted.transferLines) };
}

const few = ({ length }: readonly string[]) => Math.min(Math.max(length, 1), AT_MOST);

type Subject = { kind: keyof Wanted; id: string; location?: string; warehouse?: string };

/** Whose row it is, by the check's keys; see `domain/audit/truth.py` and `checks.py`. Rows of the log have no name. */
export function subjectOf({ check, key }: Pick<Difference, "check" | "key">): Subject | undefined {
  const [first = "", second = "", third = "", fourth = ""] = key.split(" ");
  switch (check) {
    case "BALANCE":
      return { kind: "products", id: first, location: fourth };
    case "RESERVED":
      return { kind: "products", id: first, location: second };
    case "POOL":
      return { kind: "products", id: first };
    case "SHIPPED":
    case "RETURNED":
      return { kind: "salesLines", id: first };
    case "RECEIVED":
      return { kind: "purchaseLines", id: first };
    case "TRANSFERRED":
      return { kind: "transferLines", id: first };
    case "STATUS":
      return { kind: ORDERS[first] ?? "transfers", id: second };
    case "CHANGE":
      if (first === "stock") return { kind: "products", id: second, warehouse: third };
      return { kind: "documents", id: second };
    case "LOG":
      return { kind: "documents", id: first };
    case "CHAIN":
      return undefined;
  }
}

const ORDERS: Partial<Record<string, keyof Wanted>> = { sales_order: "salesOrders", purchase_order: "purchaseOrders" };

/** All that has to be named, once each. */
export function wantedOf(differences: readonly Difference[]): Wanted {
  const subjects = differences.flatMap((one) => subjectOf(one) ?? []);
  const documents = differences.flatMap(({ documentId }) => documentId ?? []);
  const of = (kind: keyof Wanted, more: string[] = []) => [
    ...new Set([...subjects.filter((one) => one.kind === kind).map(({ id }) => id), ...more]),
  ];
  return {
    products: of("products"),
    salesLines: of("salesLines"),
    purchaseLines: of("purchaseLines"),
    transferLines: of("transferLines"),
    salesOrders: of("salesOrders"),
    purchaseOrders: of("purchaseOrders"),
    transfers: of("transfers"),
    documents: of("documents", documents),
  };
}
