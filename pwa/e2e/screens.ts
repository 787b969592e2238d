/** Pictures of the screens, for people to look at, and what has to hold for every one of them. */
import { resolve } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import type { Language } from "../src/i18n/language";
import { expectAccessible } from "./fixtures";

const PICTURES = resolve(import.meta.dirname, "../../var/screens");

/**
 * Saves var/screens/<project>/<language>/<name>.png of a screen that has come to rest: axe finds nothing on it and
 * nothing is wider than it.
 */
export async function shot(page: Page, name: string): Promise<void> {
  await expect(page.getByRole("status", { name: /^(Loading|正在加载)$/ })).toHaveCount(0);
  const language = await page.locator("html").getAttribute("lang");
  const path = resolve(PICTURES, test.info().project.name, language ?? "", `${name}.png`);
  await page.screenshot({ path, fullPage: true, animations: "disabled" });
  await expectAccessible(page);
  const overhang = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overhang, "nothing is wider than the screen").toBeLessThanOrEqual(0);
}

/** From the next page on, as if the person had chosen it. */
export async function speak(page: Page, language: Language): Promise<void> {
  await page.evaluate((chosen) => localStorage.setItem("huotong.language", chosen), language);
}
