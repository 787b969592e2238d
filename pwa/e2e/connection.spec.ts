/** What needs the server says so while it is not there. */
import { expect, expectAccessible, test } from "./fixtures";

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
