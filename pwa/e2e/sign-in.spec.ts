import { enter, expect, expectAccessible, test, userOf } from "./fixtures";

test("signs in, survives a reload without a token in sight, and signs out", async ({ page, demo }) => {
  await page.goto("/");
  await enter(page, userOf(demo, "owner"));
  await expect(page).toHaveURL("/");
  await page.reload();
  await expect(page.getByRole("navigation")).toBeVisible();
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
  expect(kept).not.toMatch(/ey[\w-]{8,}\.|token|verifier/);

  await page.getByRole("link", { name: /^(Me|我的)$/ }).click();
  await page.getByRole("button", { name: /^(Sign out|退出登录)$/ }).click();
  await expect(page.getByRole("button", { name: /^(Sign in|登录)$/ })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("button", { name: /^(Sign in|登录)$/ })).toBeVisible();
  await expectAccessible(page);
});

test("comes back to the page that was asked for", async ({ page, demo }) => {
  await page.goto("/products?search=abc");
  await enter(page, userOf(demo, "owner"));
  await expect(page).toHaveURL("/products?search=abc");
  await expect(page.getByRole("searchbox")).toHaveValue("abc");
});

test("an answer that nobody asked for signs nobody in", async ({ page }) => {
  await page.goto("/signed-in?code=forged&state=forged");
  await expect(page.getByRole("button", { name: /^(Sign in|登录)$/ })).toBeVisible();
  await expect(page).toHaveURL("/");
});

test("two tabs share a session and end it together", async ({ page, context, signIn }) => {
  await signIn();
  const other = await context.newPage();
  await other.goto("/products");
  await expect(other.getByRole("searchbox")).toBeVisible();
  await page.getByRole("link", { name: /^(Me|我的)$/ }).click();
  await page.getByRole("button", { name: /^(Sign out|退出登录)$/ }).click();
  await expect(other.getByRole("button", { name: /^(Sign in|登录)$/ })).toBeVisible();
});

test("the language is the person's choice and stays", async ({ page, signIn }) => {
  await signIn();
  await page.goto("/me");
  await page.getByRole("main").getByText("EN", { exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Me");
  await page.getByRole("main").getByText("中文", { exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("我的");
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
});

test("says who is signed in, as what and where", async ({ page, demo, signIn }) => {
  await signIn("keeper");
  await page.getByRole("link", { name: /^(Me|我的)$/ }).click();
  const facts = page.locator("dl");
  await expect(facts).toContainText(userOf(demo, "keeper").email);
  await expect(facts).toContainText(/Warehouse keeper|仓管员/);
  await expect(facts).toContainText(demo.tenants[0]?.name ?? "");
  const foot = page.getByRole("complementary");
  if (await foot.isVisible()) await expect(foot).toContainText(/Warehouse keeper|仓管员/);
});
