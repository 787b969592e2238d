import { expectAccessible, expect, test } from "./fixtures";
import { scan } from "./offline/work";

const quantity = /^(Quantity|数量)/;
const out = /^(Take out 1 line|出库 1 行)$/;

test.describe.configure({ timeout: 90_000 });

test("adjusts over a reload, and a refused adjustment comes back to be corrected", async ({ page, signIn, world }) => {
  await world.receive(await world.purchaseOrder());
  const before = Number(await world.onHand(world.ids.pen));
  await signIn("keeper");
  await page.goto("/adjust");
  await page
    .locator("main")
    .getByLabel(/^(Warehouse|仓库)$/)
    .selectOption({ label: world.names.warehouse });
  await scan(page, world.codes.pen);
  await expect(page.getByLabel(quantity)).toHaveValue("1");
  await page.getByLabel(quantity).fill(String(before + 1));
  await expect(page.getByText(/^(More than this device knows|超过本机所知)/)).toBeVisible();
  await expectAccessible(page);
  await page.reload();
  await expect(page.getByLabel(quantity)).toHaveValue(String(before + 1));
  await page.getByRole("button", { name: out }).click();
  await expect(page.getByRole("alert")).toBeVisible({ timeout: 20_000 });
  await expect(page.getByLabel(quantity)).toHaveValue(String(before + 1));
  await page.getByLabel(quantity).fill("2");
  await page.getByRole("button", { name: out }).click();
  await expect(page.getByText(/^(Booked\.|已入账。)$/)).toBeVisible({ timeout: 20_000 });
  expect(Number(await world.onHand(world.ids.pen))).toBe(before - 2);
  await expectAccessible(page);
});

test("takes in what was found, for a reason in one's own words", async ({ page, signIn, world }) => {
  const before = Number(await world.onHand(world.ids.pen));
  await signIn("keeper");
  await page.goto("/adjust");
  await page.getByRole("button", { name: /^(Goods in|入库)$/ }).click();
  await page.getByRole("button", { name: /^(Other reason|其他原因)$/ }).click();
  await page
    .locator("main")
    .getByLabel(/^(Warehouse|仓库)$/)
    .selectOption({ label: world.names.warehouse });
  await scan(page, world.codes.pen);
  await expect(page.getByLabel(quantity)).toHaveValue("1");
  const add = page.getByRole("button", { name: /^(Take in 1 line|入库 1 行)$/ });
  await add.click();
  await expect(page.getByText(/^(Say why\.|请说明原因。)$/)).toBeVisible();
  await page.getByLabel(/^(Which reason|什么原因)$/).fill("样品归还");
  await add.click();
  await expect(page.getByText(/^(Booked\.|已入账。)$/)).toBeVisible({ timeout: 20_000 });
  expect(Number(await world.onHand(world.ids.pen))).toBe(before + 1);
});
