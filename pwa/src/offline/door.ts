/** Requests to the server's sync door, in the name of the person whose database is open, and of nobody else. */
import { authorized } from "../data/authorized";
import { Failed, SignedOut, Unreachable } from "../data/errors";
import { fetchJson } from "../data/http";
import { personOf } from "../data/pkce";
import type { Person } from "../data/profile";
import { ANOTHER_PERSON, samePerson } from "./courier";

const STALLED_MS = 60_000;

/** A token of somebody else is no token: the rows are of this person. */
const inTheNameOf = <Answer extends { status: number }>(
  person: Person,
  send: (bearer: Record<string, string>) => Promise<Answer>,
) =>
  authorized(async (token) => {
    if (!samePerson(personOf(token), person)) throw new SignedOut(ANOTHER_PERSON);
    return send({ Authorization: `Bearer ${token}` });
  });

/** The server's answer to a JSON body, or to none (GET), whatever its status. Throws Unreachable or SignedOut. */
export function ask(person: Person, path: string, body?: unknown, signal?: AbortSignal) {
  return inTheNameOf(person, (bearer) =>
    fetchJson(path, {
      headers: {
        ...bearer,
        Accept: "application/json",
        ...(body !== undefined && { "Content-Type": "application/json" }),
      },
      ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }),
      ...(signal && { signal }),
    }),
  );
}

/** An answer that is read as it comes. Throws Unreachable, SignedOut or Failed. */
export async function open(person: Person, path: string, accept: string, signal: AbortSignal): Promise<Response> {
  const answer = await inTheNameOf(person, async (bearer) => {
    const response = await fetch(path, {
      headers: { ...bearer, Accept: accept },
      signal,
      redirect: "error",
      cache: "no-store", // prices do not belong into the browser's cache
    }).catch((error: unknown) => {
      throw signal.aborted ? error : new Unreachable(String(error), { cause: error });
    });
    const { status } = response;
    if ([429, 502, 503, 504].includes(status)) throw new Unreachable(`HTTP ${status}`);
    if (!response.ok && status !== 401) throw new Failed(status);
    const kind = response.headers.get("content-type") ?? "";
    if (response.ok && !kind.startsWith(accept)) throw new Unreachable(`HTTP ${status} ${kind}`); // a portal's page
    return { status, response };
  });
  return answer.response;
}

/** Newline-delimited JSON; `bytes` as they came over the air, as far as the browser tells. */
export async function lines(person: Person, path: string, signal: AbortSignal) {
  const response = await open(
    person,
    path,
    "application/x-ndjson",
    AbortSignal.any([signal, AbortSignal.timeout(STALLED_MS)]),
  );
  const text = await response.text().catch((error: unknown) => {
    throw signal.aborted ? error : new Unreachable(String(error), { cause: error });
  });
  const values = text
    .split("\n")
    .filter(Boolean)
    .map((line): unknown => JSON.parse(line));
  return { values, bytes: Number(response.headers.get("content-length") ?? text.length) };
}
