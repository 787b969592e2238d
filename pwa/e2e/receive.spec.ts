import { expect, expectAccessible, test } from "./fixtures";

const confirm = /^(Confirm receipt|确认收货)/;

test("receives in parts, by typing and by scanning, and says what is too much", async ({ page, signIn, world }) => {
  const order = await world.purchaseOrder();
  const before = Number(await world.onHand(world.ids.cup));
  await signIn("keeper");
  await page.goto(`/purchase-orders/${order}`);
  const cups = page.getByLabel(world.names.cup);
  const pens = page.getByLabel(world.names.pen);
  await expect(cups).toBeVisible();
  await expect(page.getByRole("button", { name: confirm })).toBeDisabled();

  await page.keyboard.type(world.codes.boxOfCups);
  await page.keyboard.press("Enter");
  await expect(cups).toHaveValue("1");
  await pens.fill("1.5");
  await expect(page.getByText(/^(Whole numbers only\.|只能填整数。)$/)).toBeVisible();
  await pens.fill("40");
  await page.getByRole("button", { name: confirm }).click();
  await expect(page.getByText(/^(Receipt of 2 lines booked\.|已入库 2 行。)/)).toBeVisible();
  await expect(page.getByText(/^(Partly received|部分收货)$/)).toBeVisible();
  expect(Number(await world.onHand(world.ids.cup)) - before).toBe(12);

  await cups.fill("5");
  await expect(page.getByText(/too many|多 2/).first()).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: confirm }).click();
  await expect(page.getByText(/^(Receipt of 1 line booked\.|已入库 1 行。)/)).toBeVisible();
  expect(Number(await world.onHand(world.ids.cup)) - before).toBe(72);
});

test("an answer that is lost is asked for again and booked once", async ({ page, signIn, world }) => {
  const order = await world.purchaseOrder();
  const before = Number(await world.onHand(world.ids.pen));
  await signIn("keeper");
  await page.goto(`/purchase-orders/${order}`);
  let lose = true;
  await page.route("**/graphql", async (route) => {
    const booking = route.request().postData()?.includes("recordReceipt");
    if (!booking || !lose) return route.continue();
    await route.fetch(); // the server has it and has done it
    return route.abort();
  });
  await page.getByLabel(world.names.pen).fill("7");
  await page.getByRole("button", { name: confirm }).click();
  const again = page.getByRole("button", { name: /^(Send again|再发一次)$/ });
  await expect(again).toBeVisible({ timeout: 20_000 });
  await expect(page.getByLabel(world.names.pen)).toBeDisabled();
  lose = false;
  await again.click();
  await expect(page.getByText(/^(Receipt of 1 line booked\.|已入库 1 行。)/)).toBeVisible();
  expect(Number(await world.onHand(world.ids.pen)) - before).toBe(7);
});
