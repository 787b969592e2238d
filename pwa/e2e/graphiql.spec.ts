/** GraphiQL at /graphql, behind the app's sign-in; the fixtures fail it on anything that trips its content policy. */
import { expect, test, userOf } from "./fixtures";

test("asks the server in GraphiQL as the person who is signed in", async ({ page, demo }) => {
  test.slow();
  const user = userOf(demo, "buyer");
  await page.goto("/graphql");
  await page.getByRole("button", { name: /^(Sign in|登录)$/ }).click();
  await page.waitForURL(/\/oauth\/authorize/);
  await page.locator("input[type=email]").fill(user.email);
  await page.locator("input[type=password]").fill(user.password);
  await page.locator("form button").first().click();

  await expect(page).toHaveURL("/graphql");
  const editor = page.locator(".graphiql-query-editor .view-lines"); // Monaco is large, and its button is there before it
  await expect(editor).toContainText("products", { timeout: 30_000 });
  await page.getByRole("button", { name: /Execute query/ }).click();
  const answer = page.getByRole("region", { name: "Result Window" });
  await expect.poll(async () => (await answer.textContent())?.replace(/\s/g, "")).toContain('"roles":["buyer"]');
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toMatch(/ey[\w-]{8,}\./);
});
