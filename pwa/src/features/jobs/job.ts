import { OUTCOME } from "../../data/command";
import { graphql, type ResultOf } from "../../data/graphql";

export const JOB = graphql(`
  fragment Job on Job {
    id
    kind
    label
    status
    actorId
    actorName
    done
    total
    result
    fileId
    code
    details
    wanted
    pausable
    createdAt
    startedAt
    finishedAt
  }
`);

export type Job = ResultOf<typeof JOB>;

export const ONE_JOB = graphql(
  `
    query OneJob($id: ID!) {
      job(id: $id) {
        ...Job
      }
    }
  `,
  [JOB],
);

export const JOBS = graphql(
  `
    query Jobs($first: Int!) {
      stuck: jobs(first: 50, filter: { status: { eq: QUARANTINED } }, orderBy: [CREATED_AT_DESC]) {
        nodes {
          ...Job
        }
      }
      going: jobs(first: 50, filter: { status: { in: [QUEUED, RUNNING, PAUSED] } }, orderBy: [CREATED_AT_ASC]) {
        nodes {
          ...Job
        }
      }
      over: jobs(first: $first, filter: { status: { in: [DONE, FAILED, CANCELLED] } }, orderBy: [CREATED_AT_DESC]) {
        totalCount
        nodes {
          ...Job
        }
      }
    }
  `,
  [JOB],
);

export const CANCEL = graphql(
  `
    mutation CancelJob($id: UUID!, $input: CancelJobInput!) {
      outcome: cancelJob(id: $id, input: $input) {
        ...Outcome
      }
    }
  `,
  [OUTCOME],
);

export const PAUSE = graphql(
  `
    mutation PauseJob($id: UUID!, $input: PauseJobInput!) {
      outcome: pauseJob(id: $id, input: $input) {
        ...Outcome
      }
    }
  `,
  [OUTCOME],
);

export const RESUME = graphql(
  `
    mutation ResumeJob($id: UUID!, $input: ResumeJobInput!) {
      outcome: resumeJob(id: $id, input: $input) {
        ...Outcome
      }
    }
  `,
  [OUTCOME],
);

export const RETRY = graphql(
  `
    mutation RetryJob($id: UUID!, $input: RetryJobInput!) {
      outcome: retryJob(id: $id, input: $input) {
        ...Outcome
      }
    }
  `,
  [OUTCOME],
);

export const isOver = ({ status }: Pick<Job, "status">) => !["QUEUED", "RUNNING", "PAUSED"].includes(status);

/** What a job says of what it made, as far as it says so. */
export type Made = { name?: string; rows?: number; size?: number; shortened?: number; unreadable?: number };

export const madeBy = ({ result }: Pick<Job, "result">): Made =>
  typeof result === "object" && result !== null ? (result as Made) : {};
