import type { Page } from "@playwright/test";
import { expectAccessible } from "./fixtures";
import { equipped } from "./offline/device";
import { expect, test } from "./offline/phone";
import { scan } from "./offline/work";
import { words } from "./words";
import type { World } from "./world";

const number = /^(Counted, in|实盘数)/;

async function begin(page: Page, world: World, options: { blind?: boolean } = {}) {
  await page.goto("/counts/new");
  await page
    .locator("main")
    .getByLabel(/^(Warehouse|仓库)$/)
    .selectOption({ label: world.names.warehouse });
  await expect(page.getByText(/^(2 products to count|2 种商品待盘)$/)).toBeVisible();
  if (options.blind) await page.getByLabel(/^(Count blind|盲盘)/).check();
  await expectAccessible(page);
  await page.getByRole("button", { name: /^(Begin counting|开始盘点)$/ }).click();
  await expect(page.getByLabel(number)).toBeVisible();
}

const product = (page: Page, name: string) => page.getByRole("heading", { level: 2 }).filter({ hasText: name });
const review = (page: Page) => page.getByRole("link", { name: /^(Review \d|核对 \d)/ });
const handIn = (page: Page, products: number) =>
  page.getByRole("button", { name: new RegExp(`^(Hand in ${products} products?|提交 ${products} 种商品)$`) });

test.describe.configure({ timeout: 90_000 });

test("counts without a network, in two units, over a reload, and hands in once", async ({
  page,
  signIn,
  world,
  network,
}) => {
  const order = await world.purchaseOrder();
  await world.receive(order);
  await signIn("keeper");
  await begin(page, world);
  await equipped(page);
  await network.down();

  await expect(product(page, world.names.cup)).toBeVisible();
  await page.getByRole("button", { name: world.names.box }).click();
  await page.getByLabel(number).fill("2");
  await page.getByRole("button", { name: world.names.piece }).click();
  await page.getByLabel(number).fill("4");
  await expect(page.locator("#count-sum")).toContainText("28");
  await expectAccessible(page);
  await page.reload();
  await expect(page.getByLabel(number)).toHaveValue("4");
  await page.getByLabel(number).press("Enter");

  await expect(product(page, world.names.pen)).toBeVisible();
  await page.getByRole("button", { name: /^(No goods|没有货)$/ }).click();
  await expect(page.getByText(/^(The list is through|清单已盘完)$/)).toBeVisible();
  await expectAccessible(page);

  await scan(page, world.codes.cup);
  await expect(page.getByText(/^(Counted already: 28|已盘过：28)/)).toBeVisible();
  await page.getByLabel(number).fill("5");
  await page.getByLabel(number).press("Enter");
  await expectAccessible(page);
  await page.getByRole("button", { name: /^(Add: 28 \+ 5 = 33|累加：28 \+ 5 = 33)/ }).click();

  await review(page).first().click();
  await expect(page.getByText(/^(shortage|盘亏)/).first()).toBeVisible();
  await expectAccessible(page);
  await handIn(page, 2).click();
  await expect(page.getByText(/^(On its way|待发送)$/)).toBeVisible();
  await expectAccessible(page);
  await page.reload();
  await expect(page.getByText(/^(On its way|待发送)$/)).toBeVisible();

  await network.up();
  await page.reload();
  await expect(page.getByText(/^(Booked|已入账)$/)).toBeVisible({ timeout: 20_000 });
  expect(await world.onHand(world.ids.cup)).toBe("33");
  expect(await world.onHand(world.ids.pen)).toBe("0");
});

test("counts blind: the books are hidden until the review, and what is skipped stays as it was", async ({
  page,
  signIn,
  world,
}) => {
  const order = await world.purchaseOrder();
  await world.receive(order);
  const pens = await world.onHand(world.ids.pen);
  await signIn("keeper");
  await begin(page, world, { blind: true });
  await expect(page.getByText(/in the books|账面/)).toHaveCount(0);
  await page.getByLabel(number).press("Enter");
  await expect(page.getByText(/^(Type a number|请输入数量)/)).toBeVisible();
  await page.getByLabel(number).fill("50");
  await page.getByRole("button", { name: /^(Next|下一个)$/ }).click();
  await expect(product(page, world.names.pen)).toBeVisible();
  await page.getByRole("button", { name: /^(Skip|跳过)$/ }).click();
  await review(page).first().click();
  await expect(page.getByText(/in the books|账面/i).first()).toBeVisible();
  await expect(page.getByText(/^(1 product uncounted|1 种商品未盘)$/)).toBeVisible();
  await handIn(page, 1).click();
  await expect(page.getByText(/^(Booked|已入账)$/)).toBeVisible({ timeout: 20_000 });
  expect(await world.onHand(world.ids.cup)).toBe("50");
  expect(await world.onHand(world.ids.pen)).toBe(pens);
});

test("counts what is scanned, and discards only after asking", async ({ page, signIn, world }) => {
  await signIn("keeper");
  await page.goto("/counts/new");
  await page.getByRole("button", { name: /^(By scanning|扫码盘)$/ }).click();
  await page.getByRole("button", { name: /^(Begin counting|开始盘点)$/ }).click();
  await expect(page.getByText(/^(Nothing counted yet|还没有盘)$/)).toBeVisible();
  await scan(page, world.codes.boxOfCups);
  await expect(product(page, world.names.cup)).toBeVisible();
  await scan(page, world.codes.boxOfCups);
  await expect(page.getByLabel(number)).toHaveValue("1");
  await page.getByLabel(number).press("Enter");
  await review(page).first().click();
  await page.getByRole("button", { name: /^(Discard the sheet|作废盘点单)$/ }).click();
  await expect(page.getByText(/^(1 counted product is thrown away|已盘的 1 种商品将作废)/)).toBeVisible();
  await page.getByRole("button", { name: /^(Discard|作废)$/ }).click();
  await expect(page).toHaveURL("/counts");
});

test("who may not count is told so", async ({ page, signIn }) => {
  await signIn("sales");
  await page.goto("/counts");
  await expect(page.getByText(words("Not part of your role"))).toBeVisible();
});
