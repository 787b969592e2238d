import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { challengeOf } from "../src/data/pkce";
import { standInBrowser, standInServer, token } from "./browser";

let browser: ReturnType<typeof standInBrowser>;

beforeEach(() => {
  vi.resetModules(); // the token is in the module's memory, as it is in a tab's
  browser = standInBrowser();
  vi.stubGlobal("indexedDB", new IDBFactory());
});

afterEach(() => vi.useRealTimers());

const tab = () => import("../src/data/session");

describe("renewing", () => {
  test("ten askers share one request, which carries the header and no token", async () => {
    const { accessToken } = await tab();
    const sent = standInServer(() => token("one"));
    const tokens = await Promise.all(Array.from({ length: 10 }, accessToken));
    expect(new Set(tokens)).toEqual(new Set(["one"]));
    expect(sent).toHaveLength(1);
    expect(sent[0]?.headers.get("X-Huotong-Client")).toBe("pwa");
    expect(Object.fromEntries(sent[0]?.form ?? [])).toEqual({
      client_id: "huotong-pwa",
      grant_type: "refresh_token",
    });
  });

  test("two tabs never spend the cookie at the same time", async () => {
    const first = await tab();
    vi.resetModules();
    const second = await tab();
    let now = 0;
    let most = 0;
    standInServer(async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 20));
      now -= 1;
      return token("t");
    });
    await Promise.all([first.renew(), second.renew()]);
    expect(most).toBe(1);
  });

  test("a token is used until shortly before its end", async () => {
    const { accessToken } = await tab();
    const sent = standInServer(() => token(`t${sent.length}`, 29));
    expect([await accessToken(), await accessToken()]).toEqual(["t1", "t2"]);
  });

  test("a refused token is replaced once, however many were refused with it", async () => {
    const { accessToken, tokenInsteadOf } = await tab();
    const sent = standInServer(() => token(`t${sent.length}`));
    const old = await accessToken();
    const fresh = await Promise.all([tokenInsteadOf(old), tokenInsteadOf(old)]);
    expect(fresh).toEqual(["t2", "t2"]);
    expect(await tokenInsteadOf(old)).toBe("t2");
    expect(sent).toHaveLength(2);
  });
});

describe("at load", () => {
  test("without a session the person is signed out, without a network nobody knows", async () => {
    const { session, start } = await tab();
    standInServer(() => Response.json({ error: "invalid_grant" }, { status: 400 }));
    await start();
    expect(session.value).toEqual({ status: "signed-out" });
    standInServer(() => Promise.reject(new TypeError("network")));
    await start();
    expect(session.value).toEqual({ status: "unreachable" });
  });

  test("a session that ends later keeps the screen", async () => {
    const { session, start, renew } = await tab();
    standInServer(() => token("one"));
    await start();
    standInServer(() => Response.json({ error: "invalid_grant" }, { status: 400 }));
    await expect(renew()).rejects.toThrow("invalid_grant");
    expect(session.value).toEqual({ status: "expired" });
  });
});

describe("without a server", () => {
  const profile = {
    id: "u",
    companyId: "c",
    name: "张三",
    email: null,
    roles: ["keeper"],
    company: "Acme",
    currency: "CNY",
    timeZone: "Asia/Shanghai",
    permissions: ["stock.read"],
    partyId: null,
  };
  const jwt = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.sig`;
  const known = async () => {
    const { keepProfile } = await import("../src/data/profile");
    await keepProfile(profile);
    return tab();
  };

  test("who was here last is in at once, and stays in", async () => {
    const { session, start } = await known();
    const { connection } = await import("../src/data/connection");
    let seen = "";
    standInServer(() => {
      seen = session.value.status;
      return Promise.reject(new TypeError("network"));
    });
    await start();
    expect(seen).toBe("signed-in");
    expect(session.value).toEqual({ status: "signed-in" });
    expect(connection.value.reachable).toBe(false);
  });

  test("who was here last is in, even where the browser was killed before it wrote localStorage", async () => {
    const { start, session } = await known();
    localStorage.removeItem("huotong.profile");
    standInServer(() => Promise.reject(new TypeError("network")));
    await start();
    expect(session.value).toEqual({ status: "signed-in" });
    const { lastProfile } = await import("../src/data/profile");
    expect(lastProfile()).toEqual(profile);
  });

  test("who has signed out is not brought back", async () => {
    const { session, start, signOut } = await known();
    standInServer(() => token("one"));
    await start();
    standInServer(() => Response.json({}));
    await signOut();
    standInServer(() => Promise.reject(new TypeError("network")));
    await start();
    expect(session.value).toEqual({ status: "unreachable" });
  });

  test("where nobody was, it goes on asking: later and later, and at once when there is hope", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { session, start } = await tab();
    const { connection } = await import("../src/data/connection");
    vi.stubGlobal("indexedDB", undefined);
    const sent = standInServer(() => Promise.reject(new TypeError("network")));
    await start();
    expect([session.value.status, sent.length]).toEqual(["unreachable", 1]);
    await vi.advanceTimersByTimeAsync(300_000);
    const tried = sent.length;
    expect(tried).toBeGreaterThan(10); // every half minute at the latest
    expect(tried).toBeLessThan(30);
    window.dispatchEvent(new Event("online"));
    await vi.advanceTimersByTimeAsync(0);
    expect(sent).toHaveLength(tried + 1);
    const answered = standInServer(() => token("one"));
    await vi.advanceTimersByTimeAsync(30_000);
    expect(session.value).toEqual({ status: "signed-in" });
    expect(connection.value.reachable).toBe(true);
    await vi.advanceTimersByTimeAsync(300_000);
    window.dispatchEvent(new Event("online"));
    await vi.advanceTimersByTimeAsync(0);
    expect(answered).toHaveLength(1);
  });

  test("a session that has ended leaves the app usable", async () => {
    const { session, start } = await known();
    standInServer(() => Response.json({ error: "invalid_grant" }, { status: 400 }));
    await start();
    expect(session.value).toEqual({ status: "expired" });
  });

  test("a token says whose it is, also when another tab has signed in as somebody else", async () => {
    const { person, renew } = await known();
    const whose = [{ tenant: "c", sub: "u" }, { tenant: "c", sub: "v" }, {}];
    standInServer(() => token(jwt(whose.shift() ?? {})));
    await renew();
    expect(person.value).toEqual({ companyId: "c", userId: "u" });
    await renew();
    expect(person.value).toEqual({ companyId: "c", userId: "v" });
    await renew();
    expect(person.value).toBeNull();
  });

  test("a device that was shut out is told apart, and stays out over a reload", async () => {
    const { session, start } = await known();
    const revoked = { error: "invalid_grant", error_description: "device_revoked" };
    const sent = standInServer(() => Response.json(revoked, { status: 400 }));
    await start();
    const out = { status: "revoked", person: { companyId: "c", userId: "u" } };
    expect(session.value).toEqual(out);
    vi.resetModules();
    const later = await tab();
    await later.start();
    expect(later.session.value).toEqual(out);
    await expect(later.renew()).rejects.toThrow("device_revoked");
    expect(sent).toHaveLength(1);
    expect(Object.keys(localStorage)).toEqual(["huotong.revoked"]);
  });

  test("signing out takes everything of the person along, but for the language", async () => {
    const { start, signOut } = await known();
    localStorage.setItem("huotong.language", "en");
    localStorage.setItem("huotong.place", "here");
    standInServer(() => token("one"));
    await start();
    standInServer(() => Response.json({}));
    await signOut();
    expect(Object.keys(localStorage)).toEqual(["huotong.language"]);
  });
});

describe("signing in", () => {
  const idToken = (nonce: string) => `e30.${Buffer.from(JSON.stringify({ nonce })).toString("base64url")}.sig`;

  async function setOut() {
    const { signIn } = await tab();
    await signIn("/products?search=a", "en");
    return new URL(browser.visited[0] ?? "", "https://huotong.test").searchParams;
  }

  async function comeBack(answer: Record<string, string>, nonce: string) {
    browser.place.pathname = "/signed-in";
    browser.place.search = new URLSearchParams(answer).toString();
    const { session, start } = await tab();
    const sent = standInServer(() => Response.json({ access_token: "one", expires_in: 600, id_token: idToken(nonce) }));
    await start();
    return { state: session.value, sent };
  }

  test("goes out with a challenge and comes back to where it left", async () => {
    const asked = await setOut();
    expect(asked.get("code_challenge_method")).toBe("S256");
    const { state, sent } = await comeBack({ code: "c", state: asked.get("state") ?? "" }, asked.get("nonce") ?? "");
    expect(state).toEqual({ status: "signed-in" });
    const form = sent[0]?.form;
    expect(form?.get("grant_type")).toBe("authorization_code");
    expect(await challengeOf(form?.get("code_verifier") ?? "")).toBe(asked.get("code_challenge"));
    expect(browser.place.pathname + browser.place.search).toBe("/products?search=a");
    expect(browser.kept.size).toBe(0);
  });

  test.each([
    ["another state", { code: "c", state: "forged" }, "state_mismatch"],
    ["a refusal", { error: "access_denied" }, "access_denied"],
  ])("with %s ends signed out and spends nothing", async (_, answer, problem) => {
    const asked = await setOut();
    const state = "state" in answer ? answer : { ...answer, state: asked.get("state") ?? "" };
    const result = await comeBack(state, asked.get("nonce") ?? "");
    expect(result.state).toEqual({ status: "signed-out", problem });
    expect(result.sent).toHaveLength(0);
  });

  test("an old session that is refused meanwhile ends before the new one begins", async () => {
    const asked = await setOut();
    browser.place.search = `?${new URLSearchParams({ code: "c", state: asked.get("state") ?? "" })}`;
    browser.place.pathname = "/signed-in";
    vi.resetModules();
    const { session, start, accessToken } = await tab();
    const order: (string | null)[] = [];
    standInServer(async ({ form }) => {
      const grant = form.get("grant_type");
      await new Promise((resolve) => setTimeout(resolve, grant === "refresh_token" ? 20 : 5));
      order.push(grant);
      return grant === "refresh_token"
        ? Response.json({ error: "invalid_grant" }, { status: 400 })
        : Response.json({ access_token: "new", expires_in: 600, id_token: idToken(asked.get("nonce") ?? "") });
    });
    const { refresh } = await import("../src/data/token");
    const worker = refresh(({ access_token: value }) => value).catch(() => "refused"); // as the service worker does
    const started = start();
    expect(await accessToken()).toBe("new"); // whoever asks while the sign-in is under way
    await started;
    expect([await worker, order]).toEqual(["refused", ["refresh_token", "authorization_code"]]);
    expect(session.value).toEqual({ status: "signed-in" });
  });

  test("with somebody else's nonce ends signed out", async () => {
    const asked = await setOut();
    const { state } = await comeBack({ code: "c", state: asked.get("state") ?? "" }, "another");
    expect(state).toEqual({ status: "signed-out", problem: "nonce_mismatch" });
  });
});

test("signing out is told to the server first; without it the person stays signed in", async () => {
  const { session, start, signOut } = await tab();
  standInServer(() => token("one"));
  await start();
  standInServer(() => Promise.reject(new TypeError("network")));
  await expect(signOut()).rejects.toThrow("network");
  expect(session.value).toEqual({ status: "signed-in" });
  const sent = standInServer(() => Response.json({}));
  await signOut();
  expect(sent[0]?.path).toBe("/oauth/revoke");
  expect(session.value).toEqual({ status: "signed-out" });
});
