import { readFileSync } from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, expect, type Locator, type Page, test as base } from "@playwright/test";
import { challengeOf, randomText } from "../src/data/pkce";
import { CLIENT_ID } from "../src/data/token";
import { served } from "./served";
import { makeWorld, type World } from "./world";

export type User = { email: string; password: string; role: string };
export type Demo = { tenants: { slug: string; name: string; users: User[] }[] };

type PerTest = { signIn: (role?: string) => Promise<void>; watch: void };
type PerWorker = { demo: Demo; world: World };

export const test = base.extend<PerTest, PerWorker>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the pattern to see what a fixture needs
  baseURL: async ({}, provide) => provide(served().url),

  demo: [
    // oxlint-disable-next-line no-empty-pattern -- as above
    async ({}, provide) => provide(JSON.parse(readFileSync(served().demo, "utf8")) as Demo),
    { scope: "worker" },
  ],

  world: [
    async ({ browser, demo }, provide) =>
      provide(await makeWorld(served().own?.direct ?? served().url, tokensOf(browser, userOf(demo, "owner")))),
    { scope: "worker" },
  ],

  signIn: async ({ page, demo }, provide) => {
    await provide(async (role = "owner") => {
      await admit(page, userOf(demo, role));
      await page.goto("/");
      await expect(page.getByRole("navigation")).toBeVisible();
    });
  },

  /** No page may trip the content policy or write an error to the console, whatever the test is about. */
  watch: [
    async ({ page }, provide) => {
      const wrong: string[] = [];
      await page.addInitScript(() =>
        addEventListener("securitypolicyviolation", (event) =>
          console.error(`content policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`),
        ),
      );
      page.on("console", (message) => {
        // What the network does is the test's own business; a refused refresh tells apart who has no session.
        if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
          wrong.push(message.text());
      });
      page.on("pageerror", (error) => wrong.push(error.message));
      await provide();
      expect(wrong).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

export function userOf(demo: Demo, role: string): User {
  const user = demo.tenants[0]?.users.find((candidate) => candidate.role === role);
  if (!user) throw new Error(`no ${role} in demo.json`);
  return user;
}

/** From the welcome page, or wherever else a way in is offered, through the server's login page and back. */
export async function enter(page: Page, user: User, way?: Locator) {
  await (way ?? page.getByRole("button", { name: /^(Sign in|登录)$/ })).click();
  await page.waitForURL(/\/oauth\/authorize/);
  await page.locator("input[type=email]").fill(user.email);
  await page.locator("input[type=password]").fill(user.password);
  await page.locator("form button").first().click();
  await page.waitForURL((url) => !url.pathname.startsWith("/oauth"));
  await expect(page.getByRole("navigation")).toBeVisible();
}

const TOKEN_MS = 8 * 60_000; // of the ten minutes that it is good for

/** A token of this person, a new one when the last is about to end. */
export function tokensOf(browser: Browser, user: User): () => Promise<string> {
  let token = "";
  let until = 0;
  return async () => {
    if (Date.now() < until) return token;
    until = Date.now() + TOKEN_MS;
    token = await tokenOf(browser, user);
    return token;
  };
}

async function tokenOf(browser: Browser, user: User): Promise<string> {
  const page = await browser.newPage({ baseURL: served().url });
  const token = await admit(page, user);
  await page.close();
  return token;
}

/** As `enter`, with nothing but the two requests that its pages make: most tests are about what comes afterwards. */
async function admit(page: Page, user: User): Promise<string> {
  const { url } = served();
  const [verifier, formToken, redirect_uri] = [randomText(), randomText(), `${url}/signed-in`];
  const headers = {
    Cookie: [...(await page.context().cookies(url)), { name: "huotong-form", value: formToken }]
      .map(({ name, value }) => `${name}=${value}`)
      .join("; "),
    "User-Agent": await page.evaluate(() => navigator.userAgent),
    "X-Huotong-Client": "pwa",
  };
  const asked = new URLSearchParams({
    response_type: "code",
    client_id: CLIENT_ID,
    redirect_uri,
    scope: "openid",
    state: randomText(),
    nonce: randomText(),
    code_challenge: await challengeOf(verifier),
    code_challenge_method: "S256",
  });
  const { email, password } = user;
  const post = (path: string, parameters: Record<string, string>) =>
    fetch(url + path, { method: "POST", redirect: "manual", headers, body: new URLSearchParams(parameters) });
  const back = (await post(`/oauth/authorize?${asked}`, { form_token: formToken, email, password })).headers;
  const code = new URL(back.get("location") ?? "", url).searchParams.get("code") ?? "";
  const exchange = { grant_type: "authorization_code", client_id: CLIENT_ID, code, code_verifier: verifier };
  const granted = await post("/oauth/token", { ...exchange, redirect_uri });
  const [name = "", value = ""] = (granted.headers.getSetCookie()[0]?.split(";")[0] ?? "").split("=");
  const secure = url.replace("http:", "https:"); // else DevTools takes no such cookie, though the browser would
  await page.context().addCookies([{ name, value, url: secure, secure: true, httpOnly: true, sameSite: "Strict" }]);
  return ((await granted.json()) as { access_token: string }).access_token;
}

export async function expectAccessible(page: Page) {
  const axe = new AxeBuilder({ page }).setLegacyMode(); // else it opens a page of its own, for frames that we have none of
  const { violations } = await axe.analyze();
  const found = violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
  expect(found).toEqual([]);
}
