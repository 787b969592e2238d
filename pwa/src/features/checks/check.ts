import { OUTCOME } from "../../data/command";
import { graphql, type ResultOf, type VariablesOf } from "../../data/graphql";
import { JOB } from "../jobs/job";

export const SHOWN = 100; // differences of a check that are read at once

export const DIFFERENCE = graphql(`
  fragment Difference on ReconciliationDifference {
    id
    check
    key
    what
    expected
    found
    expectedValue
    foundValue
    cause
    commandId
    command
    documentId
    line
    at
    since
    candidates
  }
`);

export type Difference = ResultOf<typeof DIFFERENCE>;

/** The last check, and the last job of one: it may be going on, or have ended without a result. */
export const LATEST = graphql(
  `
    query LatestCheck($first: Int!) {
      reconciliations(first: 1, orderBy: [CHECKED_AT_DESC]) {
        nodes {
          id
          checkedAt
          actorId
          moves
          counts
          differenceCount
          clean
          logN
          differences(first: $first, orderBy: [POSITION_ASC]) {
            nodes {
              ...Difference
            }
          }
        }
      }
      jobs(first: 1, filter: { kind: { eq: "reconcile" } }, orderBy: [CREATED_AT_DESC]) {
        nodes {
          ...Job
        }
      }
    }
  `,
  [DIFFERENCE, JOB],
);

export type Latest = NonNullable<ResultOf<typeof LATEST>["reconciliations"]>["nodes"][number];

export const CERTIFICATES = graphql(`
  query Certificates($first: Int!, $after: String) {
    reconciliations(first: $first, after: $after, orderBy: [CHECKED_AT_DESC]) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        checkedAt
        differenceCount
        clean
        fileId
      }
    }
  }
`);

export const CHECK = graphql(
  `
    mutation CheckStock($id: UUID!, $input: CheckStockInput!) {
      outcome: checkStock(id: $id, input: $input) {
        ...Outcome
      }
    }
  `,
  [OUTCOME],
);

export const REPAIR = graphql(
  `
    mutation RepairStock($id: UUID!, $input: RepairStockInput!) {
      outcome: repairStock(id: $id, input: $input) {
        ...Outcome
      }
    }
  `,
  [OUTCOME],
);

type Check = Difference["check"];
export type Repairable = VariablesOf<typeof REPAIR>["input"]["check"];

const REPAIRABLE: ReadonlySet<string> = new Set<Repairable>([
  "BALANCE",
  "POOL",
  "RESERVED",
  "SHIPPED",
  "RECEIVED",
  "RETURNED",
  "TRANSFERRED",
  "STATUS",
]);

/** The log, and the moves themselves, have nothing that they could be set to. */
export const isRepairable = (check: Check): check is Repairable => REPAIRABLE.has(check);

/** What is on the way is a sum of moves and kept nowhere. */
export const isKept = ({ differences }: Row) => differences.some(({ what }) => what !== "in transit");

/** A row that is kept, and each of its columns that differs. */
export type Row = { key: string; differences: Difference[] };
export type Group = { check: Check; rows: Row[] };

/** By check, and within one by row, in the order of the check. */
export function grouped(differences: readonly Difference[]): Group[] {
  const groups = new Map<Check, Map<string, Difference[]>>();
  for (const one of differences) {
    const rows = groups.get(one.check) ?? new Map<string, Difference[]>();
    rows.set(one.key, [...(rows.get(one.key) ?? []), one]);
    groups.set(one.check, rows);
  }
  return [...groups].map(([check, rows]) => ({
    check,
    rows: [...rows].map(([key, found]) => ({ key, differences: found })),
  }));
}
