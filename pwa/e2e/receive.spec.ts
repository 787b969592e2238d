import { uuid7 } from "../src/data/uuid";
import { expectAccessible } from "./fixtures";
import { begun, equipped } from "./offline/device";
import { expect, test } from "./offline/phone";
import { booked, confirmReceipt, keptHere, openOrder, scan } from "./offline/work";
import { some, words } from "./words";

test.describe.configure({ timeout: 90_000 });

test("receives in parts, by typing and by scanning, and says what is too much", async ({ page, signIn, world }) => {
  const order = await world.purchaseOrder();
  const before = Number(await world.onHand(world.ids.cup));
  await signIn("keeper");
  await openOrder(page, order);
  const cups = page.getByLabel(world.names.cup);
  const pens = page.getByLabel(world.names.pen);
  await expect(page.getByRole("button", { name: confirmReceipt })).toBeDisabled();

  await scan(page, world.codes.boxOfCups);
  await expect(cups).toHaveValue("1");
  await pens.fill("1.5");
  await expect(page.getByText(words("Whole numbers only."))).toBeVisible();
  await pens.fill("40");
  await page.getByRole("button", { name: confirmReceipt }).click();
  await expect(page.getByText(booked)).toBeVisible();
  await expect(page.getByText(words("Partly received"))).toBeVisible();
  await expect(page.getByText(words("on its way"))).toHaveCount(0);
  await expect.poll(async () => Number(await world.onHand(world.ids.cup)) - before).toBe(12);

  await cups.fill("5");
  await expect(page.getByText(some("{quantity} too many")).first()).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: confirmReceipt }).click();
  await expect(page.getByText(booked)).toBeVisible();
  await expect.poll(async () => Number(await world.onHand(world.ids.cup)) - before).toBe(72);
});

test("a single piece breaks a case", async ({ page, signIn, world }) => {
  const order = await world.purchaseOrder();
  await signIn("keeper");
  await openOrder(page, order);
  await expect(page.getByRole("main").getByLabel(words("Warehouse"))).toBeEnabled();
  await scan(page, world.codes.boxOfCups);
  await expect(page.getByLabel(world.names.cup)).toHaveValue("1");
  await scan(page, world.codes.cup);
  await expect(page.getByLabel(world.names.cup)).toHaveValue("13");
  await expect(page.getByText(some("{quantity} still to come")).filter({ hasText: "35" })).toBeVisible();
});

test("goods that this device has not heard of yet are known by their code", async ({
  page,
  signIn,
  world,
  network,
}) => {
  await signIn("keeper");
  await equipped(page);
  await network.faults({ path: "^/sync/pull", do: "hang" });
  const id = uuid7();
  const [code, name] = [`NEW-${id.slice(-12)}`, `新商品 ${id.slice(-6)}`];
  await world.command("saveProducts", {
    records: [{ id, sku: code.toLowerCase(), name, unitId: world.ids.piece, barcodes: [{ code }] }],
  });
  await page.goto("/receive/blind");
  await expect(page.getByRole("main").getByLabel(words("Warehouse"))).toBeEnabled();
  await scan(page, code);
  await expect(page.getByRole("textbox", { name: new RegExp(name) }).first()).toHaveValue("1");

  await network.down();
  await scan(page, "NEW-NOBODY");
  await expect(page.getByText(some("No product has the code {code}."))).toBeVisible();
});

test("by large keys on a phone, line after line", async ({ page, signIn, world, viewport }) => {
  test.skip((viewport?.width ?? 0) > 992, "a desktop has a keyboard");
  const order = await world.purchaseOrder();
  await signIn("keeper");
  await openOrder(page, order);
  await page.getByRole("button", { name: world.names.cup }).click();
  const sheet = page.getByRole("dialog");
  for (const key of ["1", "2"]) await sheet.getByRole("button", { name: key, exact: true }).click();
  await sheet.getByRole("button", { name: words("Delete the last digit") }).click();
  await expectAccessible(page);
  await sheet.getByRole("button", { name: words("Next line") }).click();
  await sheet.getByRole("button", { name: words("All {0} {1}") }).click();
  await sheet.getByRole("button", { name: words("Done") }).click();
  await expect(page.getByLabel(world.names.cup)).toHaveValue("1");
  await expect(page.getByLabel(world.names.pen)).toHaveValue("100");
});

test("without a network it is kept, shown with a clock, and the next can be entered at once", async ({
  page,
  signIn,
  world,
  network,
}) => {
  const order = await world.purchaseOrder();
  const before = Number(await world.onHand(world.ids.pen));
  await signIn("keeper");
  await equipped(page);
  await openOrder(page, order);
  await expect(page.getByRole("main").getByLabel(words("Warehouse"))).toBeEnabled(); // the rows of this device are here
  await network.down();
  const pens = page.getByLabel(world.names.pen);
  for (const quantity of ["7", "3"]) {
    await pens.fill(quantity);
    await page.getByRole("button", { name: confirmReceipt }).click();
    await expect(page.getByText(keptHere)).toBeVisible();
    await expect(pens).toHaveValue("");
  }
  await expect(page.getByText(words("on its way"))).toBeVisible();
  await expectAccessible(page);
  await pens.fill("5");
  await expect.poll(() => begun(page)).toBe(1); // nobody reloads while the last key is being written
  await page.reload();
  await expect(pens).toHaveValue("5");
  await expect(page.getByText(some("Partly received"))).toBeVisible();

  await network.up();
  await expect.poll(async () => Number(await world.onHand(world.ids.pen)) - before, { timeout: 40_000 }).toBe(10);
  await expect(page.getByText(words("on its way"))).toHaveCount(0);
  await expect(pens).toHaveValue("5");
});

test("an order that is not here says so, and comes with the network", async ({ page, signIn, world, network }) => {
  const order = await world.purchaseOrder();
  await world.receive(order);
  await signIn("keeper");
  await equipped(page);
  await network.down();
  await page.goto(`/purchase-orders/${order}`);
  await expect(page.getByText(words("This order is not on this device"))).toBeVisible();
  await expectAccessible(page);
  await network.up();
  await expect(page.getByText(words("Received")).first()).toBeVisible({ timeout: 40_000 });
});

test("takes in what nobody ordered", async ({ page, signIn, world, network }) => {
  const before = Number(await world.onHand(world.ids.cup));
  await signIn("keeper");
  await equipped(page);
  await network.down();
  await page.goto("/receive/blind");
  await page.getByRole("main").getByLabel(words("Warehouse")).selectOption({ label: world.names.warehouse });
  await scan(page, world.codes.boxOfCups);
  const quantity = page.getByLabel(words("Quantity: {0}")).first();
  await quantity.fill("2");
  await expectAccessible(page);
  await page.getByRole("button", { name: confirmReceipt }).click();
  await expect(page.getByText(keptHere)).toBeVisible();
  await expect(page.getByText(words("No lines yet"))).toBeVisible();
  await network.up();
  await expect.poll(async () => Number(await world.onHand(world.ids.cup)) - before, { timeout: 40_000 }).toBe(24);
});
