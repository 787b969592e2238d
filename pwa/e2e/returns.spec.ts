import { expectAccessible } from "./fixtures";
import { equipped } from "./offline/device";
import { expect, test } from "./offline/phone";
import { keptHere, scan } from "./offline/work";
import { some, words } from "./words";

test.describe.configure({ timeout: 90_000 });

test("takes goods back without a network", async ({ page, signIn, world, network }) => {
  const before = Number(await world.onHand(world.ids.pen));
  await signIn("sales");
  await equipped(page);
  await network.down();
  await page.goto("/returns/new");
  await page.getByRole("main").getByLabel(words("Warehouse")).selectOption({ label: world.names.warehouse });
  await scan(page, world.codes.pen);
  const takeBack = page.getByRole("button", { name: some("Take back") });
  await takeBack.click();
  await expect(page.getByText(words("Choose the customer."))).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("textbox", { name: words("Customer") }).fill(world.names.customer);
  await page.getByRole("option", { name: world.names.customer }).click();
  await page.getByLabel(words("Quantity: {0}")).fill("4");
  await takeBack.click();
  await expect(page.getByText(keptHere)).toBeVisible();
  await network.up();
  await expect.poll(async () => Number(await world.onHand(world.ids.pen)) - before, { timeout: 40_000 }).toBe(4);
});

test("is not for those who may not", async ({ page, signIn }) => {
  await signIn("buyer");
  await page.goto("/returns/new");
  await expect(page.getByText(words("Not part of your role"))).toBeVisible();
  await expectAccessible(page);
});
