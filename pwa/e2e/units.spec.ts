/** Units of measure: one is made, gets another name and other decimals, and no two are called the same. */
import type { Page } from "@playwright/test";
import { uuid7 } from "../src/data/uuid";
import { expect, expectAccessible, test } from "./fixtures";
import { equipped } from "./offline/device";
import { shot, speak } from "./screens";
import { some, words } from "./words";

const STALE = "Somebody else changed this meanwhile. Reload to see the current state, then make your change again.";

const main = (page: Page) => page.locator("[data-main-action]");
const row = (page: Page, name: string) =>
  page
    .getByRole("list", { name: words("Units of measure") })
    .getByRole("button")
    .filter({ has: page.getByText(name, { exact: true }) });

test.describe.configure({ timeout: 90_000 });

test("makes a unit, changes it, and refuses a name that is taken", async ({ page, signIn, world }) => {
  const other = test.info().project.name === "phone" ? "en" : "zh-CN";
  const mark = uuid7().slice(-6);
  const dialog = page.getByRole("dialog");
  const name = dialog.getByLabel(words("Name"));
  const decimals = dialog.getByLabel(words("Decimals"));
  await signIn();
  await page.goto(test.info().project.name === "phone" ? "/me" : "/");
  await page.locator('a[href="/units"]').click();
  await expect(row(page, world.names.piece)).toContainText(some("no decimals"));

  await main(page).press("Enter");
  await expect(name).toBeFocused();
  await name.press("Enter");
  await expect(dialog.getByText(words("This is needed."))).toBeVisible();
  await name.fill("kg");
  await expect(decimals).toHaveValue("3");
  await name.fill(`桶${mark}`);
  await expect(decimals).toHaveValue("0");
  await decimals.selectOption("2");
  await name.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(main(page)).toBeFocused();
  await expect(page.getByText(words("“{saved}” is saved."))).toBeVisible();
  const made = row(page, `桶${mark}`);
  await expect(made).toContainText(some("{count, plural, one {up to # decimal} other {up to # decimals}}"));
  await shot(page, "units-made");

  await made.press("Enter");
  await expect(name).toHaveValue(`桶${mark}`);
  await name.fill(world.names.piece);
  await decimals.selectOption("1");
  await dialog.locator("[type=submit]").click();
  await expect(dialog.getByText(some("This name is taken.")).first()).toBeVisible();
  await shot(page, "units-taken");
  await name.fill(`大桶${mark}`);
  await expect(dialog.getByText(some("This name is taken."))).toHaveCount(0);
  await expect(dialog.getByRole("listitem")).toHaveCount(2); // what follows from it
  await shot(page, "units-change");
  await name.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(row(page, `桶${mark}`)).toHaveCount(0);
  const changed = row(page, `大桶${mark}`);
  await expect(changed).toBeFocused();

  const { units } = await world.graphql<{ units: { id: string; name: string; version: number }[] }>(
    "{ units { id name version } }",
  );
  const there = units.find((unit) => unit.name === `大桶${mark}`);
  const news = { id: there?.id, baseVersion: there?.version, name: `大桶${mark}`, decimals: 4 };
  await changed.click();
  await world.command("saveUnits", { records: [news] });
  await decimals.selectOption("0");
  await dialog.locator("[type=submit]").click();
  await expect(dialog.getByText(some(STALE))).toBeVisible();
  await dialog.getByRole("button", { name: words("Reload") }).click();
  await expect(dialog).toBeHidden();
  await expect(changed).toContainText("4");

  await speak(page, other);
  await page.reload();
  await shot(page, "units-made");
  await changed.click();
  await name.fill(world.names.piece);
  await decimals.selectOption("0");
  await dialog.locator("[type=submit]").click();
  await expect(dialog.getByText(some("This name is taken.")).first()).toBeVisible();
  await shot(page, "units-taken");
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(changed).toBeFocused();
});

test("is not for everybody", async ({ page, signIn }) => {
  await signIn("keeper");
  await page.goto("/units");
  await expect(page.getByText(words("Not part of your role"))).toBeVisible();
  await expect(page.locator('a[href="/units"]')).toHaveCount(0);
});

test("says that it needs the network", async ({ page, signIn, context }) => {
  await signIn();
  await equipped(page);
  await context.setOffline(true);
  await page.evaluate(() => {
    history.pushState(null, "", "/units");
    dispatchEvent(new PopStateEvent("popstate"));
  });
  await expect(page.getByText(words("No connection to the server")).first()).toBeVisible();
  await expectAccessible(page);
  await context.setOffline(false);
});
