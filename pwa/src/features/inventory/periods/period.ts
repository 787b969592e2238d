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

type Entry = NonNullable<ResultOf<typeof BOOKS>["logEntries"]>["nodes"][number];

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
