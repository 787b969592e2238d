/** The screens in both widths, languages and schemes: reachable by their address, accessible, nothing wider than they. */
import { expect, expectAccessible, test } from "./fixtures";

const SCREENS = [
  "/",
  "/products",
  "/purchase-orders",
  "/purchase-orders?state=all",
  "/sales-orders?state=all",
  "/slip",
  "/me",
  "/no-such-page",
];

test("every screen is accessible and fits", async ({ page, signIn }) => {
  test.slow();
  await signIn();
  for (const screen of SCREENS) {
    await test.step(screen, async () => {
      await page.goto(screen);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await expect(page.getByRole("status", { name: /^(Loading|正在加载)$/ })).toHaveCount(0);
      await expectAccessible(page);
      const overhang = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overhang).toBeLessThanOrEqual(0);
    });
  }
});

test("without a connection a screen that needs one says so and comes back", async ({ page, signIn }) => {
  await signIn();
  await page.route("**/oauth/devices*", (route) => route.abort());
  await page.goto("/devices");
  await expect(page.getByText(/^(No connection to the server|连不上服务器)$/)).toBeVisible();
  await expectAccessible(page);
  await page.unroute("**/oauth/devices*");
  await page.getByRole("button", { name: /^(Try again|重试)$/ }).click();
  await expect(page.getByRole("alert")).toHaveCount(0);
});
