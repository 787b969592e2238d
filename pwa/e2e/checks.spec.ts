/** Whether all figures are right: looked at, seen wrong, and put right by somebody who was told what changes. */
import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { expect, expectAccessible, test } from "./fixtures";
import { Books } from "./offline/books";
import { equipped } from "./offline/device";
import { served } from "./served";
import { shot, speak } from "./screens";
import { some, words } from "./words";

const main = (page: Page) => page.locator("[data-main-action]");
const CHECKED = { timeout: 60_000 };

/** Begins a check on the page and waits until another one is the last. */
async function check(page: Page) {
  await expect(main(page)).toBeEnabled();
  const certificates = page.getByRole("list", { name: words("Certificates") }).getByRole("listitem");
  const before = await certificates
    .first()
    .locator("time")
    .getAttribute("datetime", { timeout: 3_000 })
    .catch(() => "");
  await main(page).click();
  await expect(certificates.first().locator("time")).not.toHaveAttribute("datetime", before ?? "", CHECKED);
  await expect(main(page)).toBeEnabled(CHECKED);
}

test.describe.configure({ timeout: 180_000 });

test("checks now, finds a figure that is wrong, and puts it right", async ({ page, signIn, world, demo }) => {
  const { own } = served();
  test.skip(own === null, "needs the server's database");
  const books = new Books(own?.database ?? "", demo.tenants[0]?.slug ?? "");
  await world.receive(await world.purchaseOrder());
  await signIn();
  await page.goto("/checks");
  await check(page);
  await expect(page.getByRole("heading", { name: words("All figures are right") })).toBeVisible();
  await shot(page, "checks-right");

  const arrives = page.waitForEvent("download");
  await page
    .getByRole("list", { name: words("Certificates") })
    .getByRole("button", { name: words("Download") })
    .first()
    .click();
  const { certificate } = JSON.parse(await readFile(await (await arrives).path(), "utf8")) as {
    certificate: { clean: boolean; moves: number };
  };
  expect(certificate.clean).toBe(true);
  expect(certificate.moves).toBeGreaterThan(0);

  const onHand = Number(await world.onHand(world.ids.pen));
  await books.change(
    "update stock_balance set on_hand = on_hand + 7 where product_id = $1::uuid and location_id = $2::uuid",
    world.ids.pen,
    world.place,
  );
  await check(page);
  await expect(
    page.getByRole("heading", { name: words("{0, plural, one {# figure is wrong} other {# figures are wrong}}") }),
  ).toBeVisible();
  const row = page
    .getByRole("list", { name: words("Stock on hand") })
    .getByRole("listitem")
    .filter({ hasText: world.names.pen });
  await expect(row).toContainText(String(onHand));
  await expect(row).toContainText(String(onHand + 7));
  await expect(row).toContainText(
    some("Somebody wrote this past the program, in the database itself, after this entry:"),
  );
  await shot(page, "checks-wrong");
  await row.getByRole("link", { name: words("Goods received") }).click();
  await expect(page).toHaveURL(/\/log\//);
  await page.goBack();

  await row.getByRole("button", { name: words("Put right") }).press("Enter");
  const dialog = page.getByRole("dialog");
  const confirm = dialog.getByRole("button", {
    name: words("{0, plural, one {Put # record right} other {Put # records right}}"),
  });
  await expect(dialog.getByRole("listitem")).toContainText([world.names.pen]);
  await expect(confirm).toBeFocused();
  await shot(page, "checks-repair");
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  expect(Number(await world.onHand(world.ids.pen))).toBe(onHand + 7);

  await row.getByRole("button", { name: words("Put right") }).click();
  await confirm.click();
  await expect(dialog).toBeHidden(CHECKED);
  await expect(page.getByRole("heading", { name: words("All figures are right") })).toBeVisible(CHECKED);
  expect(await books.onHand(world.ids.pen, world.place)).toBe(onHand);
  await speak(page, test.info().project.name === "phone" ? "en" : "zh-CN");
  await page.reload();
  await expect(page.getByRole("heading", { name: words("All figures are right") })).toBeVisible();
  await shot(page, "checks-right");
});

test("says that it needs the network", async ({ page, signIn, context }) => {
  await signIn();
  await equipped(page);
  await context.setOffline(true);
  await page.evaluate(() => {
    history.pushState(null, "", "/checks");
    dispatchEvent(new PopStateEvent("popstate"));
  });
  await expect(page.getByText(words("No connection to the server")).first()).toBeVisible();
  await expectAccessible(page);
  await context.setOffline(false);
});

test("is not for everybody", async ({ page, signIn }) => {
  await signIn("keeper");
  await page.goto("/checks");
  await expect(page.getByText(words("Not part of your role"))).toBeVisible();
  await expect(page.getByRole("link", { name: words("Stock checks") })).toHaveCount(0);
});

test("an auditor reads, and changes nothing", async ({ page, signIn, demo }) => {
  test.skip(!demo.tenants[0]?.users.some(({ role }) => role === "auditor"), "the demo has no auditor");
  await signIn("auditor");
  await page.goto("/checks");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(words("Stock checks"));
  await expect(main(page)).toHaveCount(0);
});
