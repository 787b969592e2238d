import { expectAccessible } from "./fixtures";
import { equipped } from "./offline/device";
import { expect, test } from "./offline/phone";
import { booked, keptHere } from "./offline/work";
import { some, words } from "./words";

test.describe.configure({ timeout: 90_000 });

const ship = words("{0, plural, one {Ship # line} other {Ship # lines}}");

test("confirms an order, ships a part of it and leaves the rest on backorder", async ({ page, signIn, world }) => {
  await world.receive(await world.purchaseOrder());
  const before = Number(await world.onHand(world.ids.pen));
  const order = await world.salesOrder([{ productId: world.ids.pen, quantity: "10" }]);
  await signIn("sales");
  await page.goto(`/sales-orders/${order}`);
  await page.getByRole("button", { name: words("Confirm order") }).click();
  const pens = page.getByLabel(world.names.pen);
  await expect(pens).toHaveValue("10");
  await pens.fill("4");
  await expect(page.getByText(some("{quantity} on backorder"))).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: ship }).click();
  await expect(page.getByText(booked)).toBeVisible();
  await expect(page.getByText(words("Partly shipped"))).toBeVisible();
  await expect.poll(async () => before - Number(await world.onHand(world.ids.pen))).toBe(4);

  await page.getByRole("button", { name: words("All that is here") }).click();
  await page.getByRole("button", { name: ship }).click();
  await expect(page.locator("main header").getByText(words("Shipped"))).toBeVisible();
  await expect.poll(async () => before - Number(await world.onHand(world.ids.pen))).toBe(10);
});

test("ships without a network, and confirming waits for one", async ({ page, signIn, world, network }) => {
  await world.receive(await world.purchaseOrder());
  const before = Number(await world.onHand(world.ids.pen));
  const draft = await world.salesOrder([{ productId: world.ids.pen, quantity: "1" }]);
  const order = await world.salesOrder([{ productId: world.ids.pen, quantity: "10" }]);
  await world.command("confirmSalesOrder", { orderId: order });
  await signIn("sales");
  await equipped(page);
  await network.down();
  await page.goto(`/sales-orders/${draft}`);
  await expect(page.getByRole("button", { name: words("Confirm order") })).toBeDisabled();
  await expectAccessible(page);
  await page.goto(`/sales-orders/${order}`);
  await expect(page.getByLabel(world.names.pen)).toHaveValue("10");
  await page.getByLabel(world.names.pen).fill("6");
  await page.getByRole("button", { name: ship }).click();
  await expect(page.getByText(keptHere)).toBeVisible();
  await expect(page.getByText(words("Partly shipped"))).toBeVisible();
  await expect(page.getByText(words("on its way"))).toBeVisible();
  await network.up();
  await expect.poll(async () => before - Number(await world.onHand(world.ids.pen)), { timeout: 40_000 }).toBe(6);
  await expect(page.getByText(words("on its way"))).toHaveCount(0);
});
