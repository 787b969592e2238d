/** A browser with a profile of its own, which can be killed and started again, behind a network that can fail. */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type BrowserContext,
  chromium,
  type LaunchOptions,
  type Page,
  type PlaywrightTestOptions,
} from "@playwright/test";
import { Network } from "../faults";
import { enter, expect, test as base, userOf } from "../fixtures";
import { served } from "../served";
import { Books } from "./books";

type Options = Pick<PlaywrightTestOptions, "viewport" | "locale" | "hasTouch" | "colorScheme"> & {
  launchOptions: LaunchOptions;
};

const GONE_MS = 10_000;
const PATIENCE_MS = 120_000; // of a test: whoever lost the network tries again after up to half a minute
const COOKIES_AT_ONCE = 600; // more than Chromium keeps back from its disk, which is 512

export class Phone {
  readonly #options: Options;
  readonly #url: string;
  readonly #profile = mkdtempSync(join(tmpdir(), "huotong-phone-"));
  #context: BrowserContext | undefined;

  constructor(url: string, options: Options) {
    this.#url = url;
    this.#options = options;
  }

  /** A start of the browser, on the profile as it was left. */
  async start(): Promise<Page> {
    const { launchOptions, viewport, locale, hasTouch, colorScheme } = this.#options;
    this.#context = await chromium.launchPersistentContext(this.#profile, {
      ...launchOptions,
      baseURL: this.#url,
      viewport,
      ...(locale !== undefined && { locale }),
      hasTouch,
      colorScheme,
    });
    return this.#context.pages()[0] ?? this.#context.newPage();
  }

  get context(): BrowserContext {
    if (!this.#context) throw new Error("the browser is not started");
    return this.#context;
  }

  /**
   * As the system does it to an app that it wants the memory of: nothing in the browser gets to finish anything. What it
   * writes late by design is on disk before, as if half a minute had passed: the session's cookie.
   */
  async kill(): Promise<void> {
    await this.#writeCookies();
    const browser = this.context.browser();
    if (!browser) throw new Error("a browser that cannot be asked for its process");
    const closed = this.context.waitForEvent("close");
    const tools = await browser.newBrowserCDPSession();
    const { processInfo } = await tools.send("SystemInfo.getProcessInfo");
    const id = processInfo.find(({ type }) => type === "browser")?.id;
    if (id === undefined) throw new Error("no browser process");
    process.kill(id, "SIGKILL");
    await closed;
    await expect.poll(() => lives(id), { timeout: GONE_MS }).toBe(false);
    this.#context = undefined;
  }

  async #writeCookies(): Promise<void> {
    const written = () => statSync(join(this.#profile, "Default/Cookies"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    const before = written();
    const many = Array.from({ length: COOKIES_AT_ONCE }, (_, n) => ({ name: "a", value: "b", domain: `${n}.invalid` }));
    await this.context.addCookies(many.map((cookie) => ({ ...cookie, path: "/", expires: Date.now() / 1000 + 3600 })));
    await expect.poll(written, { message: "cookies on disk" }).toBeGreaterThan(before);
  }

  /** As a person closes it: cookies and the rest are written. */
  async close(): Promise<void> {
    await this.#context?.close();
    this.#context = undefined;
  }

  async dispose(): Promise<void> {
    await this.close();
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

function lives(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch {
    return false;
  }
}

type PerTest = { network: Network; books: Books; phone: Phone };

export const test = base.extend<PerTest>({
  network: async ({ context }, provide) => {
    const { own } = served();
    test.skip(own === null, "the network before this server cannot fail");
    test.setTimeout(Math.max(test.info().timeout, PATIENCE_MS));
    const network = new Network(own?.control ?? "", () =>
      Promise.all(context.pages().map((page) => page.evaluate(() => dispatchEvent(new Event("online"))))),
    );
    await network.reset();
    await provide(network);
    await network.reset();
  },

  books: async ({ demo }, provide) => provide(new Books(served().own?.database ?? "", demo.tenants[0]?.slug ?? "")),

  phone: async ({ baseURL, launchOptions, viewport, locale, hasTouch, colorScheme }, provide) => {
    const phone = new Phone(baseURL ?? "", { launchOptions, viewport, locale, hasTouch, colorScheme });
    await provide(phone);
    await phone.dispose();
  },
});

export { enter, expect, userOf };
