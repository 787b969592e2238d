/**
 * Sign-in: authorization code with PKCE. The access token lives in this module's memory and nowhere else; the refresh
 * token lives in an HttpOnly cookie that no script can read. What a round trip to the login page needs is in
 * sessionStorage until the page is back.
 */
import { missed, reached } from "./connection";
import { Failed, SignedOut, Unreachable } from "./errors";
import { keepTrying } from "./hope";
import { challengeOf, claimsOf, personOf, randomText } from "./pkce";
import { forgetProfile, lastProfile, markRevoked, type Person, recallProfile, revokedPerson } from "./profile";
import { Store } from "./store";
import { CLIENT_ID, DEVICE_REVOKED, obtainAlone, post, refresh, type TokenAnswer } from "./token";

const CALLBACK = "/signed-in";
const TRIP = "huotong.sign-in";
const GRAPHIQL = "/graphql"; // a page of its own, on the same session
const RENEW_EARLY_MS = 30_000;

export type SessionState =
  | { status: "starting" }
  | { status: "unreachable" }
  | { status: "signed-in" } // or was when the server was last reached
  | { status: "expired" } // signed in before: what is on the screen is kept, and work goes on
  | { status: "revoked"; person: Person } // the company has shut this device out: what is on it has to go
  | { status: "signed-out"; problem?: string };

export const session = new Store<SessionState>({ status: "starting" });

/** Whose tokens this tab gets; null until the first. Another tab may have signed in as somebody else. */
export const person = new Store<Person | null>(null);

type Token = { value: string; renewAt: number };
type Trip = { state: string; nonce: string; verifier: string; returnTo: string };

let token: Token | null = null;
let renewing: Promise<string> | null = null;

const tabs = new BroadcastChannel("huotong.session");
tabs.addEventListener("message", (event: MessageEvent<"signed-in" | "signed-out">) => {
  if (event.data === "signed-out") forget();
  else if (session.value.status === "signed-in") void renew().catch(() => undefined); // as whom?
  else void start();
});

function keep(answer: TokenAnswer): string {
  reached();
  token = { value: answer.access_token, renewAt: Date.now() + answer.expires_in * 1000 - RENEW_EARLY_MS };
  const now = personOf(token.value);
  if (now?.companyId !== person.value?.companyId || now?.userId !== person.value?.userId) person.set(now);
  session.set({ status: "signed-in" });
  return token.value;
}

function forget(problem?: string) {
  token = null;
  person.set(null);
  session.set(problem === undefined ? { status: "signed-out" } : { status: "signed-out", problem });
}

/** A fresh access token by the cookie; all askers of this tab share one flight. */
export function renew(): Promise<string> {
  if (session.value.status === "revoked") return Promise.reject(new SignedOut(DEVICE_REVOKED));
  return (
    renewing ??
    shared(
      refresh(keep).catch((error: unknown) => {
        if (error instanceof SignedOut) end(error);
        throw error;
      }),
    )
  );
}

function shared(flight: Promise<string>): Promise<string> {
  const ended = flight.finally(() => {
    if (renewing === ended) renewing = null;
  });
  renewing = ended;
  return ended;
}

function end({ message }: SignedOut) {
  token = null;
  const profile = lastProfile();
  const whose = person.value ?? (profile && { companyId: profile.companyId, userId: profile.id });
  if (message === DEVICE_REVOKED && whose) {
    markRevoked(whose); // before anything is deleted: it has to be finished, whatever happens
    void forgetProfile();
    tabs.postMessage("signed-out");
    session.set({ status: "revoked", person: whose });
  } else {
    const inside = session.value.status === "signed-in" || session.value.status === "expired";
    session.set({ status: inside ? "expired" : "signed-out" });
  }
}

/** A token that is good for the next half minute. */
export async function accessToken(): Promise<string> {
  return token && Date.now() < token.renewAt ? token.value : renew();
}

/** Another token than this one, which the server just refused. */
export async function tokenInsteadOf(refused: string): Promise<string> {
  return token && token.value !== refused ? token.value : renew();
}

/**
 * At load: finishes a sign-in that is on its way back, or takes up the session that the cookie still holds. Who used
 * the app last sees it at once: whether the server can be reached shows while they work.
 */
export async function start(): Promise<void> {
  const { pathname, search: query } = location;
  const returning = pathname === CALLBACK;
  const revoked = revokedPerson();
  if (revoked !== null && !returning) return session.set({ status: "revoked", person: revoked });
  if (!returning) await recallProfile();
  session.set({ status: !returning && lastProfile() !== null ? "signed-in" : "starting" });
  try {
    const trip = returning ? takeTrip() : null;
    await (trip ? shared(finishSignIn(trip, new URLSearchParams(query))) : renew());
  } catch (error) {
    if (error instanceof Unreachable) missed();
    if (error instanceof SignedOut) {
      if (session.value.status === "starting" || returning) forget(returning ? error.message : undefined);
    } else if (session.value.status === "starting") waitForServer();
    if (!(error instanceof SignedOut || error instanceof Unreachable || error instanceof Failed)) throw error;
  }
}

/** Nobody knows who is here, and only the server can say. */
function waitForServer() {
  session.set({ status: "unreachable" });
  const stop = keepTrying(() =>
    renew().then(
      () => true,
      (error: unknown) => error instanceof SignedOut, // who is not signed in knows it now
    ),
  );
  const unwatch = session.watch(() => {
    if (session.value.status === "unreachable") return;
    unwatch();
    stop();
  });
}

/** Nothing is left of a device that was shut out; its user may be asked to sign in. */
export const surrendered = () => forget(DEVICE_REVOKED);

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

/** Null at a reload of the page, or by somebody else's link to it: nothing to finish, but there may be a session. */
function takeTrip(): Trip | null {
  const stored = sessionStorage.getItem(TRIP);
  sessionStorage.removeItem(TRIP);
  const trip = stored === null ? null : (JSON.parse(stored) as Trip);
  history.replaceState(null, "", trip?.returnTo ?? "/");
  return trip;
}

async function finishSignIn(trip: Trip, answer: URLSearchParams): Promise<string> {
  const code = answer.get("code");
  if (answer.get("state") !== trip.state) throw new SignedOut("state_mismatch");
  if (code === null) throw new SignedOut(answer.get("error") ?? "no_code");
  const exchange = {
    grant_type: "authorization_code",
    code,
    code_verifier: trip.verifier,
    redirect_uri: location.origin + CALLBACK,
  };
  return obtainAlone(exchange, (received) => {
    if (received.id_token !== undefined && claimsOf(received.id_token).nonce !== trip.nonce) {
      throw new SignedOut("nonce_mismatch");
    }
    tabs.postMessage("signed-in");
    if (location.pathname !== GRAPHIQL) return keep(received);
    location.reload();
    return received.access_token;
  });
}

/** Ends the session at the server; only then is it over here, or a reload would bring it back. */
export async function signOut(): Promise<void> {
  const { status } = await post("/oauth/revoke", {});
  if (status !== 200 && status !== 204) throw new Failed(status);
  tabs.postMessage("signed-out");
  await forgetProfile();
  forget();
}
