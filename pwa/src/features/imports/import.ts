import { OUTCOME } from "../../data/command";
import { graphql, type ResultOf } from "../../data/graphql";
import { isOver, JOB } from "../jobs/job";

export const IMPORT = graphql(
  `
    fragment Import on Import {
      id
      fileName
      status
      kind
      source
      sheet
      headingRow
      lines
      accepted
      changed
      unchanged
      refused
      proposed
      leftOut
      code
      details
      reportId
      options
      createdAt
      finishedAt
      sheets {
        name
        rows
      }
      columns {
        index
        heading
        samples
        field
        guessed
      }
      fields {
        name
        required
      }
      job {
        ...Job
      }
    }
  `,
  [JOB],
);

export type Import = ResultOf<typeof IMPORT>;
export type Kind = NonNullable<Import["kind"]>;

export const ONE_IMPORT = graphql(
  `
    query OneImport($id: ID!) {
      import(id: $id) {
        ...Import
      }
    }
  `,
  [IMPORT],
);

export const IMPORTS = graphql(`
  query Imports($first: Int!, $after: String) {
    imports(first: $first, after: $after, orderBy: [CREATED_AT_DESC]) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        fileName
        status
        kind
        lines
        accepted
        changed
        unchanged
        refused
        createdAt
        job {
          actorName
        }
      }
    }
  }
`);

export const ROW = graphql(`
  fragment ImportedRow on ImportRow {
    id
    line
    status
    code
    field
    proposed
    corrected
    values
    corrections
    details
    warnings
    changes
    proposals
    choice
  }
`);

export type Row = ResultOf<typeof ROW>;

export const ROWS = graphql(
  `
    query ImportedRows($first: Int!, $after: String, $filter: ImportRowFilter) {
      importRows(first: $first, after: $after, filter: $filter, orderBy: [LINE_ASC]) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          ...ImportedRow
        }
      }
    }
  `,
  [ROW],
);

/** How many rows there are to look at, by why. */
export const TO_LOOK_AT = graphql(`
  query RowsToLookAt($id: ID!) {
    refused: importRows(first: 1, filter: { importId: { eq: $id }, status: { eq: REFUSED } }) {
      totalCount
    }
    proposed: importRows(first: 1, filter: { importId: { eq: $id }, proposed: { eq: true } }) {
      totalCount
    }
    changed: importRows(first: 1, filter: { importId: { eq: $id }, status: { eq: CHANGED } }) {
      totalCount
    }
    warned: importRows(first: 1, filter: { importId: { eq: $id }, status: { ne: REFUSED }, code: { isNull: false } }) {
      totalCount
    }
    corrected: importRows(first: 1, filter: { importId: { eq: $id }, corrected: { eq: true } }) {
      totalCount
    }
  }
`);

export const UNKNOWN_UNITS = graphql(`
  query UnknownUnits($id: ID!) {
    importRows(
      first: 100
      filter: { importId: { eq: $id }, status: { eq: REFUSED }, code: { eq: "unknown_unit" } }
      orderBy: [LINE_ASC]
    ) {
      nodes {
        id
        field
        details
      }
    }
  }
`);

export const BEGIN = graphql(
  `
    mutation BeginImport($id: UUID!, $input: BeginImportInput!) {
      outcome: beginImport(id: $id, input: $input) {
        ...Outcome
      }
    }
  `,
  [OUTCOME],
);

export const MAP = graphql(
  `
    mutation MapImport($id: UUID!, $input: MapImportInput!) {
      outcome: mapImport(id: $id, input: $input) {
        ...Outcome
      }
    }
  `,
  [OUTCOME],
);

export const CHECK = graphql(
  `
    mutation CheckImport($id: UUID!, $input: CheckImportInput!) {
      outcome: checkImport(id: $id, input: $input) {
        ...Outcome
      }
    }
  `,
  [OUTCOME],
);

export const RUN = graphql(
  `
    mutation RunImport($id: UUID!, $input: RunImportInput!) {
      outcome: runImport(id: $id, input: $input) {
        ...Outcome
      }
    }
  `,
  [OUTCOME],
);

export const CORRECT = graphql(
  `
    mutation CorrectImportRows($id: UUID!, $input: CorrectImportRowsInput!) {
      outcome: correctImportRows(id: $id, input: $input) {
        ...Outcome
      }
    }
  `,
  [OUTCOME],
);

export const CHOOSE = graphql(
  `
    mutation ChooseDuplicates($id: UUID!, $input: ChooseDuplicatesInput!) {
      outcome: chooseDuplicates(id: $id, input: $input) {
        ...Outcome
      }
    }
  `,
  [OUTCOME],
);

export const UNDO = graphql(
  `
    mutation UndoImport($id: UUID!, $input: UndoImportInput!) {
      outcome: undoImport(id: $id, input: $input) {
        ...Outcome
      }
    }
  `,
  [OUTCOME],
);

/** A job works on it: nothing else can be asked of it meanwhile. */
export const isBusy = ({ status, job }: Pick<Import, "status" | "job">) =>
  job ? !isOver(job) : ["READING", "CHECKING", "RUNNING", "PAUSED", "UNDOING"].includes(status);

/** The job ended before its work did: the import waits where it stood. */
export const isStuck = ({ status, job }: Pick<Import, "status" | "job">) =>
  job !== null && isOver(job) && ["READING", "CHECKING", "RUNNING", "PAUSED", "UNDOING"].includes(status);

export type Proposal = { id?: string; code?: string; name?: string; line?: number; why: "name" | "phone" | "barcode" };

/** What was built on a record, and so keeps it. */
export type Use = { what: string; id: string; number: string };

export const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

export const asList = <Item>(value: unknown): readonly Item[] => (Array.isArray(value) ? (value as Item[]) : []);

/** What somebody says of a row that looks like another: it is that one, it is one of its own, it is left out. */
export type Decision = "same" | "new" | "out";

/** The cells of a row by field, with what was put right. */
export const valuesOf = ({ values, corrections }: Row): Record<string, string> => ({
  ...(asObject(values) as Record<string, string>),
  ...(asObject(corrections) as Record<string, string>),
});

/** `barcodes.0.code` is in the column of barcodes, `lines.0.quantity` in that of quantities. */
export const fieldOf = (row: Row, fields: readonly string[]): string | undefined =>
  (row.field ?? "").split(".").find((step) => fields.includes(step));
