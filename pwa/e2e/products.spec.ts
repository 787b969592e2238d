import { expect, expectAccessible, test } from "./fixtures";
import { scanner } from "./scanner";

test("finds a product by the last digits of its barcode and shows it", async ({ page, signIn, world }) => {
  await signIn();
  await page.goto("/products");
  await page.getByRole("searchbox").fill(world.codes.cup.slice(-6));
  const row = page.getByRole("link").filter({ hasText: world.names.cup });
  await expect(row).toBeVisible();
  await expectAccessible(page);
  await row.click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(world.names.cup);
  await expect(page.getByText(world.codes.boxOfCups)).toBeVisible();
  await expect(page.getByText(`1 ${world.names.box} = 12 ${world.names.piece}`)).toBeVisible();
  await expectAccessible(page);
});

test("a hand scanner opens the product from anywhere", async ({ page, signIn, world }) => {
  await signIn();
  await page.goto("/products");
  await expect(page.getByRole("searchbox")).toBeVisible();
  await expect(page.getByRole("link").filter({ hasText: world.names.pen }).first()).toBeVisible();
  await scanner(page, world.codes.pen);
  await expect(page.getByRole("heading", { level: 1 })).toContainText(world.names.pen);
});

test("says so where nothing is found", async ({ page, signIn }) => {
  await signIn();
  await page.goto("/products?search=no-such-thing");
  await page
    .getByRole("button", { name: /^(Clear the search|清除搜索)$/ })
    .last()
    .click();
  await expect(page).toHaveURL("/products");
});

test("changes a price, and learns of another's change instead of overwriting it", async ({
  page,
  context,
  signIn,
  world,
}) => {
  await signIn();
  const other = await context.newPage();
  for (const tab of [page, other]) {
    await tab.goto(`/products/${world.ids.pen}`);
    await tab.getByRole("button", { name: /^(Edit|编辑)$/ }).click();
  }
  await page.getByLabel(/^(Price|单价)$/).fill("1.30");
  await page.getByRole("button", { name: /^(Save|保存)$/ }).click();
  await expect(page.getByText(/^(Saved\.|已保存。)$/)).toBeVisible();
  await expect(page.getByText("1.30")).toBeVisible();

  await other.getByLabel(/^(Price|单价)$/).fill("1.10");
  await other.getByRole("button", { name: /^(Save|保存)$/ }).click();
  await other.getByRole("button", { name: /^(Reload|重新加载)$/ }).click();
  await expect(other.getByLabel(/^(Price|单价)$/)).toHaveValue(/^1\.30*$/);
});

test.describe("while the next page is on its way", () => {
  test.use({ serviceWorkers: "block" }); // it would have the files

  test("a search that is due does not lead back to the list", async ({ page, signIn, world }) => {
    await page.clock.install();
    await signIn();
    const sent = Promise.withResolvers<void>();
    await page.route(/\/ProductPage-[^/]*\.js$/, async (route) => {
      await sent.promise;
      await route.continue();
    });
    const code = world.codes.cup;
    await page.goto(`/products?search=${code.slice(-6)}`);
    const row = page.getByRole("link").filter({ hasText: world.names.cup });
    await expect(row).toBeVisible();
    await page.clock.pauseAt(Date.now() + 60_000);
    await page.getByRole("searchbox").fill(code);
    await row.click();
    await expect(page).toHaveURL(`/products/${world.ids.cup}`);
    await page.clock.runFor(1000); // longer than a pause of typing
    await expect(page).toHaveURL(`/products/${world.ids.cup}`);
    sent.resolve();
    await page.clock.resume();
    await expect(page.getByRole("heading", { level: 1 })).toContainText(world.names.cup);
  });
});

test("what is typed stays when a tablet is turned", async ({ page, signIn, world }) => {
  await page.setViewportSize({ width: 820, height: 1180 });
  await signIn();
  await page.goto(`/products/${world.ids.pen}`);
  await page.getByRole("button", { name: /^(Edit|编辑)$/ }).click();
  const price = page.getByLabel(/^(Price|单价)$/);
  await price.fill("1.75");
  await page.setViewportSize({ width: 1180, height: 820 });
  await expect(page.getByRole("complementary")).toBeVisible();
  await expect(price).toHaveValue("1.75");
});

test("who may not see cost sees none, and who may not change gets no form", async ({ page, signIn, world }) => {
  await signIn("sales");
  await page.goto(`/products/${world.ids.cup}`);
  await expect(page.getByRole("heading", { level: 1 })).toContainText(world.names.cup);
  await expect(page.getByText(/cost|成本/i)).toHaveCount(0);
  await expect(page.getByRole("button", { name: /^(Edit|编辑)$/ })).toHaveCount(0);
});
