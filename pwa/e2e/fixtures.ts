import { readFileSync } from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, expect, type Locator, type Page, test as base } from "@playwright/test";
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
    // oxlint-disable-next-line no-empty-pattern
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
      await page.goto("/");
      await enter(page, userOf(demo, role));
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
  const granted = page.waitForResponse(
    (response) => response.url().endsWith("/oauth/token") && response.status() === 200,
  );
  await page.goto("/");
  await enter(page, user);
  const { access_token } = (await (await granted).json()) as { access_token: string };
  await page.close();
  return access_token;
}

export async function expectAccessible(page: Page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
  expect(found).toEqual([]);
}
