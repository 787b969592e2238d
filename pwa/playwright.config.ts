import { defineConfig, devices } from "@playwright/test";

const chromium = process.env.CHROMIUM;

export default defineConfig({
  testDir: "e2e",
  globalSetup: "./e2e/server.ts",
  workers: process.env.HUOTONG_E2E_URL === undefined ? 2 : 1, // one company each: the order of its stock matters
  timeout: 30_000,
  expect: { timeout: 10_000 },
  forbidOnly: Boolean(process.env.CI),
  retries: process.env.CI ? 1 : 0, // browsers share the machine with servers; what passes only then is listed as flaky
  reporter: [["list"]],
  use: {
    trace: "on-first-retry", // recording takes an eighth of the time
    launchOptions: {
      ...(chromium && { executablePath: chromium }),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    {
      name: "desktop",
      // What the network does to a phone, and what its camera sees, is the same in every browser: once is enough.
      testIgnore: ["offline/**", "scan.spec.ts"],
      use: { ...devices["Desktop Chrome"], viewport: { width: 1440, height: 900 }, locale: "en" },
    },
    {
      name: "phone",
      use: {
        ...devices["Desktop Chrome"],
        viewport: { width: 390, height: 844 },
        hasTouch: true,
        locale: "zh-CN",
        colorScheme: "dark",
      },
    },
  ],
});
