/**
 * The token endpoint. The refresh token is in an HttpOnly cookie that no script can read, and rotates: a page and the
 * service worker must not spend the same one, so one of them goes at a time. Correctness rests on the server, the lock
 * only keeps the peace.
 */
import { Failed, SignedOut } from "./errors";
import { fetchJson } from "./http";

export const CLIENT_ID = "huotong-pwa";

/** The company has shut this device out, for instance because it was lost. */
export const DEVICE_REVOKED = "device_revoked";

export type TokenAnswer = { access_token: string; expires_in: number; id_token?: string };

export function post(path: string, parameters: Record<string, string>) {
  return fetchJson(path, {
    method: "POST",
    credentials: "same-origin",
    // A header that a form on another site cannot send: together with SameSite=Strict it keeps the cookie ours.
    headers: { "X-Huotong-Client": "pwa", Accept: "application/json" },
    body: new URLSearchParams({ client_id: CLIENT_ID, ...parameters }),
  });
}

async function obtain(parameters: Record<string, string>): Promise<TokenAnswer> {
  const { status, body } = await post("/oauth/token", parameters);
  if (status === 200) return body as TokenAnswer;
  const { error, error_description: told } = (body ?? {}) as { error?: string; error_description?: string };
  if (told === DEVICE_REVOKED) throw new SignedOut(DEVICE_REVOKED);
  if (status === 400 || status === 401) throw new SignedOut(error ?? `HTTP ${status}`);
  throw new Failed(status);
}

/**
 * `use` takes the answer before anybody else may ask for the next. Signing in is no exception: the answer to an old
 * session that came after it would take the new one's cookie away.
 */
export const obtainAlone = <Result>(
  parameters: Record<string, string>,
  use: (answer: TokenAnswer) => Result,
): Promise<Result> => navigator.locks.request("huotong.refresh", async () => use(await obtain(parameters)));

export const refresh = <Result>(use: (answer: TokenAnswer) => Result): Promise<Result> =>
  obtainAlone({ grant_type: "refresh_token" }, use);
