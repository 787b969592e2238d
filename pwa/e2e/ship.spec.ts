import { expect, expectAccessible, test } from "./fixtures";

test("confirms an order, ships a part of it and leaves the rest on backorder", async ({ page, signIn, world }) => {
  const purchase = await world.purchaseOrder();
  await world.receive(purchase);
  const before = Number(await world.onHand(world.ids.pen));
  const order = await world.salesOrder([{ productId: world.ids.pen, quantity: "10" }]);
  await signIn("sales");
  await page.goto(`/sales-orders/${order}`);
  await page.getByRole("button", { name: /^(Confirm order|确认订单)$/ }).click();
  const pens = page.getByLabel(world.names.pen);
  await expect(pens).toHaveValue("10");
  await pens.fill("4");
  await expect(page.getByText(/^6.*on backorder|欠 6/)).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: /^(Ship 1 line|发货 1 行)$/ }).click();
  await expect(page.getByText(/^(Shipment of 1 line booked\.|已出库 1 行。)$/)).toBeVisible();
  await expect(page.getByText(/^(Partly shipped|部分发货)$/)).toBeVisible();
  expect(before - Number(await world.onHand(world.ids.pen))).toBe(4);

  await page.getByRole("button", { name: /^(All that is here|有货全发)$/ }).click();
  await page.getByRole("button", { name: /^(Ship 1 line|发货 1 行)$/ }).click();
  await expect(page.locator("main header").getByText(/^(Shipped|已发)$/)).toBeVisible();
  expect(before - Number(await world.onHand(world.ids.pen))).toBe(10);
});

test("sells on one page, and a refusal says at the line what is there", async ({ page, signIn, world }) => {
  const purchase = await world.purchaseOrder();
  await world.receive(purchase);
  const before = Number(await world.onHand(world.ids.cup));
  await signIn("sales");
  await page.goto("/slip");
  await page.getByRole("textbox", { name: /^(Customer|客户)$/ }).fill(world.names.customer);
  await page.getByRole("option", { name: world.names.customer }).click();
  await page.getByLabel(/^(Warehouse|仓库)$/).selectOption({ label: world.names.warehouse });
  await page.getByPlaceholder(/^(Scan, or search a product|扫码或搜索商品)$/).fill(world.names.cup);
  await page.getByRole("option", { name: world.names.cup }).click();
  const quantity = page.getByLabel(new RegExp(`^(Quantity: |数量：)${world.names.cup}`));
  await quantity.fill(String(before + 1));
  await expect(page.getByText(/^(not enough|不够)$/)).toBeVisible();
  const sell = page.getByRole("button", { name: /^(Sell|确认开单)/ });
  await sell.click();
  await expect(page.getByRole("alert")).toContainText(/not enough available stock|可用库存不够/);
  await expectAccessible(page);

  await quantity.fill("2");
  await expect(page.getByText(/50\.00/).first()).toBeVisible();
  await sell.click();
  await expect(page.getByText(/^(Sold and shipped:|已开单并出库：)/)).toBeVisible();
  expect(before - Number(await world.onHand(world.ids.cup))).toBe(2);
  await page.getByRole("link", { name: /^(Show the slip|查看单据)$/ }).click();
  await expect(page.locator("main header").getByText(/^(Shipped|已发)$/)).toBeVisible();
});
