/** Closing the books: what it means is read first, it holds, what is told too late is listed, and it can be undone. */
import type { Page } from "@playwright/test";
import { uuid7 } from "../src/data/uuid";
import { after, monthEnd } from "../src/features/inventory/periods/days";
import { expect, expectAccessible, test } from "./fixtures";
import { equipped } from "./offline/device";
import { shot, speak } from "./screens";
import { some, words } from "./words";

const main = (page: Page) => page.locator("[data-main-action]");
const list = (page: Page, name: string) => page.getByRole("list", { name: words(name) }).getByRole("listitem");
const open = (page: Page) => page.getByRole("heading", { name: words("All days are open") });

test.describe.configure({ timeout: 90_000 });

test.afterEach(async ({ world }) => {
  await world.command("closePeriod", { closedTo: null, reopen: true }); // others are served by the same company
});

test("closes a month, lists what is told too late, and opens it again", async ({ page, signIn, world }) => {
  const other = test.info().project.name === "phone" ? "en" : "zh-CN";
  const dialog = page.getByRole("dialog");
  const field = dialog.getByLabel(words("Closed up to"));
  await signIn();
  await page.goto("/periods");
  await expect(open(page)).toBeVisible();
  await shot(page, "periods-open");

  await main(page).press("Enter");
  await expect(field).toBeFocused();
  const day = await field.inputValue();
  expect(day).toBe(monthEnd(day));
  expect(Date.now() - Date.parse(day)).toBeLessThan(33 * 24 * 3_600_000);
  await expect(dialog).toContainText(some("All days up to {0} are closed."));
  await shot(page, "periods-close");
  await field.fill(after(day, 90));
  await expect(dialog.getByText(some("{until} at the latest"))).toBeVisible();
  await expect(dialog.locator("[type=submit]")).toBeDisabled();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(main(page)).toBeFocused();

  const before = monthEnd(after(day, -1));
  await main(page).click();
  await expect(field).toHaveValue(day);
  await field.fill(before);
  await dialog.locator("[type=submit]").click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("heading", { name: words("Closed up to {0}") })).toBeVisible();
  const dated = {
    locationId: world.place,
    documentOn: before,
    reason: "found",
    lines: [{ productId: world.ids.pen, direction: "IN", quantity: "1" }],
  };
  await expect(world.command("adjustStock", { ...dated, documentId: uuid7() })).rejects.toThrow("period_closed");

  await world.receivedLate("9", `${before}T04:00:00Z`);
  await page.reload();
  const late = list(page, "Late entries").filter({ hasText: world.names.pen }).first();
  await expect(late).toContainText(`9 ${world.names.piece}`.replace(" ", ""));
  await expect(late).toContainText(some("happened {0}"));
  await shot(page, "periods-late");
  await late.getByRole("button", { name: words("Mark as dealt with") }).click();
  await dialog.getByLabel(words("What came of it")).press("Enter");
  await expect(late.getByRole("button")).toHaveCount(0);
  await expect(late).toContainText(some("Dealt with"));

  await speak(page, other);
  await page.reload();
  await main(page).click();
  await expect(field).toHaveValue(day);
  await expect(dialog).toContainText(some("Days closed: <0/> ({0})"));
  await shot(page, "periods-close");
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await shot(page, "periods-late");

  const reopen = page.getByRole("button", { name: words("Open days again") });
  await reopen.click();
  await expect(field).toHaveValue(monthEnd(after(before, -1)));
  await shot(page, "periods-reopen");
  await dialog.locator("[type=submit]").click();
  await expect(dialog).toBeHidden();
  await expect(list(page, "History").first()).toContainText(some("Opened again, closed up to {0}"));
  await world.command("adjustStock", { ...dated, documentId: uuid7() });

  await reopen.click();
  await field.fill("");
  await expect(dialog).toContainText(some("All days are opened."));
  await dialog.locator("[type=submit]").click();
  await expect(open(page)).toBeVisible();
  await expect(list(page, "History").first()).toContainText(some("All days opened"));
  await list(page, "History").first().getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(words("Period closed"));
});

test("an auditor sees it, and closes nothing", async ({ page, signIn, world }) => {
  await world.command("closePeriod", { closedTo: "2020-01-31", reopen: true });
  await signIn("auditor");
  await page.goto("/periods");
  await expect(page.getByRole("heading", { name: words("Closed up to {0}") })).toBeVisible();
  await expect(main(page)).toHaveCount(0);
  await expect(page.getByRole("button", { name: words("Open days again") })).toHaveCount(0);
});

test("is not for everybody", async ({ page, signIn }) => {
  await signIn("keeper");
  await page.goto("/periods");
  await expect(page.getByText(words("Not part of your role"))).toBeVisible();
  await expect(page.getByRole("link", { name: words("Period close") })).toHaveCount(0);
});

test("says that it needs the network", async ({ page, signIn, context }) => {
  await signIn();
  await equipped(page);
  await context.setOffline(true);
  await page.evaluate(() => {
    history.pushState(null, "", "/periods");
    dispatchEvent(new PopStateEvent("popstate"));
  });
  await expect(page.getByText(words("No connection to the server")).first()).toBeVisible();
  await expectAccessible(page);
  await context.setOffline(false);
});
