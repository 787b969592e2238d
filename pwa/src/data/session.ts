/**
 * Sign-in: authorization code with PKCE. The access token lives in this module's memory and nowhere else; the refresh
 * token lives in an HttpOnly cookie that no script can read. What a round trip to the login page needs is in
 * sessionStorage until the page is back.
 */
import { Failed, SignedOut, Unreachable } from "./errors";
import { fetchJson } from "./http";
import { challengeOf, claimsOf, randomText } from "./pkce";
import { Store } from "./store";

const CLIENT_ID = "huotong-pwa";
const CALLBACK = "/signed-in";
const TRIP = "huotong.sign-in";
const GRAPHIQL = "/graphql"; // a page of its own, on the same session
const RENEW_EARLY_MS = 30_000;

export type SessionState =
  | { status: "starting" }
  | { status: "unreachable" }
  | { status: "signed-in" }
  | { status: "expired" } // signed in before: what is on the screen is kept
  | { status: "signed-out"; problem?: string };

export const session = new Store<SessionState>({ status: "starting" });

type Token = { value: string; renewAt: number };
type TokenAnswer = { access_token: string; expires_in: number; id_token?: string };
type Trip = { state: string; nonce: string; verifier: string; returnTo: string };

let token: Token | null = null;
let renewing: Promise<string> | null = null;

const tabs = new BroadcastChannel("huotong.session");
tabs.addEventListener("message", (event: MessageEvent<"signed-in" | "signed-out">) => {
  if (event.data === "signed-out") forget();
  else if (session.value.status !== "signed-in") void start();
});

function post(path: string, parameters: Record<string, string>) {
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
  const code = (body as { error?: string } | null)?.error ?? `HTTP ${status}`;
  if (status === 400 || status === 401) throw new SignedOut(code);
  throw new Failed(status);
}

function keep(answer: TokenAnswer): string {
  token = { value: answer.access_token, renewAt: Date.now() + answer.expires_in * 1000 - RENEW_EARLY_MS };
  session.set({ status: "signed-in" });
  return token.value;
}

function forget(problem?: string) {
  token = null;
  session.set(problem === undefined ? { status: "signed-out" } : { status: "signed-out", problem });
}

/**
 * A fresh access token by the cookie. The refresh token rotates, so two tabs must not spend the same one: one flight
 * in this tab, one tab at a time by the lock. Correctness rests on the server, the lock only keeps the peace.
 */
export function renew(): Promise<string> {
  renewing ??= navigator.locks
    .request("huotong.refresh", async () => keep(await obtain({ grant_type: "refresh_token" })))
    .catch((error: unknown) => {
      if (error instanceof SignedOut) {
        token = null;
        session.set({ status: session.value.status === "starting" ? "signed-out" : "expired" });
      }
      throw error;
    })
    .finally(() => {
      renewing = null;
    });
  return renewing;
}

/** A token that is good for the next half minute. */
export async function accessToken(): Promise<string> {
  return token && Date.now() < token.renewAt ? token.value : renew();
}

/** Another token than this one, which the server just refused. */
export async function tokenInsteadOf(refused: string): Promise<string> {
  return token && token.value !== refused ? token.value : renew();
}

/** At load: finishes a sign-in that is on its way back, or takes up the session that the cookie still holds. */
export async function start(): Promise<void> {
  const returning = location.pathname === CALLBACK;
  session.set({ status: "starting" });
  try {
    await (returning ? finishSignIn(new URLSearchParams(location.search)) : renew());
  } catch (error) {
    if (error instanceof SignedOut) forget(returning ? error.message : undefined);
    else session.set({ status: "unreachable" });
    if (!(error instanceof SignedOut || error instanceof Unreachable || error instanceof Failed)) throw error;
  }
}

export async function signIn(returnTo: string, language: string): Promise<void> {
  const trip: Trip = { state: randomText(), nonce: randomText(), verifier: randomText(), returnTo };
  sessionStorage.setItem(TRIP, JSON.stringify(trip));
  const parameters = new URLSearchParams({
    response_type: "code",
    client_id: CLIENT_ID,
    redirect_uri: location.origin + CALLBACK,
    scope: "openid",
    state: trip.state,
    nonce: trip.nonce,
    code_challenge: await challengeOf(trip.verifier),
    code_challenge_method: "S256",
    ui_locales: language,
  });
  location.assign(`/oauth/authorize?${parameters}`);
}

async function finishSignIn(answer: URLSearchParams): Promise<void> {
  const stored = sessionStorage.getItem(TRIP);
  sessionStorage.removeItem(TRIP);
  // A reload of this page, or somebody else's link to it: nothing to finish, but there may be a session.
  const trip = stored === null ? null : (JSON.parse(stored) as Trip);
  history.replaceState(null, "", trip?.returnTo ?? "/");
  if (trip === null) return void (await renew());
  const code = answer.get("code");
  if (answer.get("state") !== trip.state) throw new SignedOut("state_mismatch");
  if (code === null) throw new SignedOut(answer.get("error") ?? "no_code");
  const received = await obtain({
    grant_type: "authorization_code",
    code,
    code_verifier: trip.verifier,
    redirect_uri: location.origin + CALLBACK,
  });
  if (received.id_token !== undefined && claimsOf(received.id_token).nonce !== trip.nonce) {
    throw new SignedOut("nonce_mismatch");
  }
  tabs.postMessage("signed-in");
  if (location.pathname === GRAPHIQL) return location.reload();
  keep(received);
}

/** Ends the session at the server; only then is it over here, or a reload would bring it back. */
export async function signOut(): Promise<void> {
  const { status } = await post("/oauth/revoke", {});
  if (status !== 200 && status !== 204) throw new Failed(status);
  tabs.postMessage("signed-out");
  forget();
}
