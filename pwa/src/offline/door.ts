/** Requests to the server's sync door, in the name of the person whose database is open, and of nobody else. */
import { missed, reached } from "../data/connection";
import { Failed, SignedOut, Unreachable } from "../data/errors";
import { fetchJson } from "../data/http";
import { personOf } from "../data/pkce";
import type { Person } from "../data/profile";
import { accessToken, session, tokenInsteadOf } from "../data/session";
import { ANOTHER_PERSON } from "./courier";

const STALLED_MS = 60_000;

type Answered = { status: number };

/** `send` with a token, and once more with a fresh one where the first is refused. */
async function authorized<Answer extends Answered>(
  person: Person,
  send: (bearer: Record<string, string>) => Promise<Answer>,
) {
  const sendWith = (token: string) => {
    const { companyId, userId } = personOf(token) ?? {};
    if (companyId !== person.companyId || userId !== person.userId) throw new SignedOut(ANOTHER_PERSON);
    return send({ Authorization: `Bearer ${token}` });
  };
  try {
    const token = await accessToken();
    let answer = await sendWith(token);
    if (answer.status === 401) answer = await sendWith(await tokenInsteadOf(token));
    if (answer.status === 401) {
      session.set({ status: "expired" });
      throw new SignedOut("unauthorized");
    }
    reached();
    return answer;
  } catch (error) {
    if (error instanceof Unreachable) missed();
    throw error;
  }
}

/** The server's answer to a JSON body, or to none (GET), whatever its status. Throws Unreachable or SignedOut. */
export function ask(person: Person, path: string, body?: unknown, signal?: AbortSignal) {
  return authorized(person, (bearer) =>
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
  const answer = await authorized(person, async (bearer) => {
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
