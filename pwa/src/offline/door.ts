/** Requests to the server's sync door, in the name of whoever is signed in. */
import { missed, reached } from "../data/connection";
import { Failed, SignedOut, Unreachable } from "../data/errors";
import { fetchJson } from "../data/http";
import { accessToken, session, tokenInsteadOf } from "../data/session";

const STALLED_MS = 60_000;

type Answered = { status: number };

/** `send` with a token, and once more with a fresh one where the first is refused. */
async function authorized<Answer extends Answered>(send: (bearer: Record<string, string>) => Promise<Answer>) {
  const sendWith = (token: string) => send({ Authorization: `Bearer ${token}` });
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
export function ask(path: string, body?: unknown, signal?: AbortSignal) {
  return authorized((bearer) =>
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

/** Newline-delimited JSON; `bytes` as they came over the air, as far as the browser tells. */
export async function lines(path: string, signal?: AbortSignal): Promise<{ values: unknown[]; bytes: number }> {
  const stalled = AbortSignal.timeout(STALLED_MS);
  return authorized(async (bearer) => {
    try {
      const response = await fetch(path, {
        headers: { ...bearer, Accept: "application/x-ndjson" },
        signal: signal ? AbortSignal.any([signal, stalled]) : stalled,
        redirect: "error",
        cache: "no-store", // prices do not belong into the browser's cache
      });
      if (response.status === 401) return { status: 401, values: [], bytes: 0 };
      if ([429, 502, 503, 504].includes(response.status)) throw new Unreachable(`HTTP ${response.status}`);
      if (!response.ok) throw new Failed(response.status);
      const text = await response.text();
      const values = text
        .split("\n")
        .filter(Boolean)
        .map((line): unknown => JSON.parse(line));
      return { status: 200, values, bytes: Number(response.headers.get("content-length") ?? text.length) };
    } catch (error) {
      if (signal?.aborted || error instanceof Failed) throw error;
      throw error instanceof Unreachable ? error : new Unreachable(String(error), { cause: error });
    }
  });
}
