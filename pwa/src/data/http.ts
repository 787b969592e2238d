import { Unreachable } from "./errors";

const TIMEOUT_MS = 15_000; // a captive portal holds a request for ever

/**
 * One request to our own server, answered with JSON. A gateway's error page or a portal's redirect means that we did
 * not reach it, and a server that is starting or overloaded (429, 502, 503, 504) counts the same: try again later.
 */
export async function fetchJson(path: string, init: RequestInit): Promise<{ status: number; body: unknown }> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
  try {
    const response = await fetch(path, { ...init, signal, redirect: "error", cache: "no-store" });
    if ([429, 502, 503, 504].includes(response.status)) throw new Unreachable(`HTTP ${response.status}`);
    const kind = response.headers.get("content-type");
    if (kind === null) return { status: response.status, body: null };
    if (/\bjson\b/.test(kind)) return { status: response.status, body: await response.json() };
    if (response.status >= 500) return { status: response.status, body: null };
    throw new Unreachable(`HTTP ${response.status} ${kind}`);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw error instanceof Unreachable ? error : new Unreachable(String(error));
  }
}
