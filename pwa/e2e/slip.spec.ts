import type { Page } from "@playwright/test";
import { expectAccessible } from "./fixtures";
import { drafts, equipped, past, queue } from "./offline/device";
import { expect, test } from "./offline/phone";
import { keptHere, writeSlip as write } from "./offline/work";
import { some, words } from "./words";

test.describe.configure({ timeout: 90_000 });

const quantityOf = (page: Page) => page.getByLabel(words("Quantity: {0}"));

test("sells on one page; a refusal comes back to its line, and the correction takes its place", async ({
  page,
  signIn,
  world,
}) => {
  await world.receive(await world.purchaseOrder());
  const before = Number(await world.onHand(world.ids.cup));
  await signIn("sales");
  await equipped(page);
  await page.goto("/slip");
  await write(page, world, String(before + 1));
  await expect(page.getByText(words("not enough"))).toBeVisible();
  const sell = page.getByRole("button", { name: /^(Sell|确认开单) · / });
  await sell.click();
  await expect(page.getByRole("alert")).toContainText(
    some("There is not enough available stock. Take less, or wait for the next receipt."),
  );
  await expect(quantityOf(page)).toHaveValue(String(before + 1));
  await expectAccessible(page);

  await quantityOf(page).fill("2");
  await expect(page.getByText(/50\.00/).first()).toBeVisible();
  await sell.click();
  await expect(page.getByText(some("Sold and shipped:"))).toBeVisible();
  await expect.poll(async () => before - Number(await world.onHand(world.ids.cup))).toBe(2);
  await expect.poll(() => queue(page), { timeout: 20_000 }).toEqual([]);
  expect((await past(page)).map(({ ending }) => ending).toSorted()).toEqual(["done", "replaced"]);
  await page.getByRole("link", { name: words("Show the slip") }).click();
  await expect(page.locator("main header").getByText(words("Shipped"))).toBeVisible();
});

test("without a network it is recorded as handed over, whatever the stock says", async ({
  page,
  signIn,
  world,
  network,
}) => {
  const before = Number(await world.onHand(world.ids.cup));
  await signIn("sales");
  await equipped(page);
  await network.down();
  await page.goto("/slip");
  const handedOver = page.getByRole("button", { name: words("Already handed over") });
  await expect(handedOver).toHaveAttribute("aria-pressed", "true");
  await write(page, world, String(before + 3));
  await expect.poll(() => drafts(page)).toContain(`"${before + 3}"`);
  await page.reload();
  await expect(quantityOf(page)).toHaveValue(String(before + 3));
  await expectAccessible(page);
  await page.getByRole("button", { name: some("Record handover") }).click();
  await expect(page.getByText(keptHere)).toBeVisible();
  await expect(page.getByText(words("No lines yet"))).toBeVisible();
  await network.up();
  await expect.poll(async () => Number(await world.onHand(world.ids.cup)), { timeout: 40_000 }).toBe(-3);
  await expect(page.getByRole("button", { name: words("Sell now") })).toHaveAttribute("aria-pressed", "true");
});

test("who sees no prices hands over without them", async ({ page, signIn }) => {
  await signIn("keeper");
  await equipped(page);
  await page.goto("/slip");
  await expect(page.getByText(words("No lines yet"))).toBeVisible();
  await expect(page.getByText(/¥/)).toHaveCount(0);
});
