import { graphql, type ResultOf } from "../../data/graphql";

export const ENTRY = graphql(`
  fragment Entry on LogEntry {
    id
    n
    name
    actorId
    door
    occurredAt
    recordedAt
    status
    code
  }
`);

export type Entry = ResultOf<typeof ENTRY>;

export const ENTRIES = graphql(
  `
    query LogEntries($first: Int!, $after: String, $filter: LogEntryFilter) {
      logEntries(first: $first, after: $after, filter: $filter, orderBy: [RECORDED_AT_DESC]) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          ...Entry
        }
      }
    }
  `,
  [ENTRY],
);

export const ONE_ENTRY = graphql(
  `
    query OneLogEntry($id: ID!) {
      logEntries(first: 1, filter: { id: { eq: $id } }) {
        nodes {
          ...Entry
          body
          outcome
        }
      }
    }
  `,
  [ENTRY],
);

export const MEMBERS = graphql(`
  query Members {
    members {
      id
      name
    }
  }
`);

export type Chosen = { name: string; actor: string; door: string; since: string; until: string };

/** A day of the reader begins where he is. */
const moment = (day: string, later = 0) => {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + later).toISOString();
};

export function filterOf({ name, actor, door, since, until }: Chosen) {
  return {
    ...(name && { name: { eq: name } }),
    ...(actor && { actorId: { eq: actor } }),
    ...(door && { door: { eq: door as Entry["door"] } }),
    ...((since || until) && {
      recordedAt: { ...(since && { gte: moment(since) }), ...(until && { lt: moment(until, 1) }) },
    }),
  };
}
