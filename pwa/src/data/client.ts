import { authorized } from "./authorized";
import { Failed, type GraphQLFault } from "./errors";
import { type Document, textOf } from "./graphql";
import { fetchJson } from "./http";

export type Answer<Result> = {
  data: Result;
  /** Response keys that this person may not see, as paths; their values are null. */
  forbidden: string[];
};

/** One GraphQL request over plain fetch. Throws Unreachable, SignedOut or Failed; a hidden field is no failure. */
export async function request<Result, Variables>(
  document: Document<Result, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Answer<Result>> {
  const answer = await post({ query: textOf(document as Document), variables }, signal);
  return read<Result>(answer.status, answer.body as GraphQLBody | null);
}

/** The server's own answer, errors and all, to whoever is signed in. Throws Unreachable or SignedOut. */
export function post(asked: object, signal?: AbortSignal): Promise<{ status: number; body: unknown }> {
  const headers = {
    "Content-Type": "application/json",
    Accept: "application/graphql-response+json, application/json;q=0.9",
  };
  return ask("/graphql", { method: "POST", headers, body: JSON.stringify(asked) }, signal);
}

type Asked = { method: "GET" | "POST"; headers?: Record<string, string>; body?: string };

/** Any address of our server, in the name of whoever is signed in. Throws Unreachable or SignedOut. */
export function ask(path: string, { headers, ...asked }: Asked, signal?: AbortSignal) {
  return authorized((token) =>
    fetchJson(path, {
      ...asked,
      headers: { Accept: "application/json", ...headers, Authorization: `Bearer ${token}` },
      ...(signal && { signal }),
    }),
  );
}

type GraphQLBody = { data?: unknown; errors?: GraphQLFault[] };

function read<Result>(status: number, body: GraphQLBody | null): Answer<Result> {
  const faults = body?.errors ?? [];
  const hidden = faults.filter((fault) => fault.extensions?.code === "FIELD_FORBIDDEN");
  if (body?.data == null || hidden.length < faults.length) {
    throw new Failed(status, faults);
  }
  const forbidden = hidden.map((fault) => (fault.path ?? []).filter((key) => typeof key === "string").join("."));
  return { data: body.data as Result, forbidden };
}
