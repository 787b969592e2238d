/** What is not as the papers say: listed until somebody says what came of it. */
import { expect, test } from "./fixtures";
import { shot, speak } from "./screens";
import { some, words } from "./words";

test("lists what came too much, and keeps what became of it", async ({ page, signIn, world }) => {
  const order = await world.purchaseOrder();
  await world.receive(order);
  await world.receive(order);
  await signIn();
  await page.getByRole("link", { name: some("Discrepancies") }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(words("Discrepancies"));
  const rows = page.getByRole("list", { name: words("Discrepancies") }).getByRole("listitem");
  const pens = rows.filter({ hasText: world.names.pen }).first();
  await expect(pens).toContainText("100");
  await expect(pens).toContainText(some("More received than ordered"));
  await expect(pens).toContainText(some("Agree with the supplier whether it is paid for, or send it back."));
  await expect(pens.getByRole("link").nth(1)).toHaveAttribute("href", `/purchase-orders/${order}`);
  await shot(page, "discrepancies-open");

  const before = await rows.count();
  await pens.getByRole("button", { name: words("Mark as dealt with") }).press("Enter");
  const dialog = page.getByRole("dialog");
  const note = dialog.getByLabel(words("What came of it"));
  await expect(note).toBeFocused();
  await note.fill("供应商同意收回 they take it back");
  await shot(page, "discrepancies-close");
  await note.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(rows).toHaveCount(before - 1);

  await speak(page, test.info().project.name === "phone" ? "en" : "zh-CN");
  await page.reload();
  await page.getByRole("button", { name: words("All") }).click();
  await expect(rows.filter({ hasText: "they take it back" }).first()).toContainText(some("Dealt with"));
  await shot(page, "discrepancies-all");
});

test("a keeper reads what is open, and leaves it to others", async ({ page, signIn, world }) => {
  const order = await world.purchaseOrder();
  await world.receive(order);
  await world.receive(order);
  await signIn("keeper");
  await page.goto("/discrepancies");
  const rows = page.getByRole("list", { name: words("Discrepancies") }).getByRole("listitem");
  await expect(rows.filter({ hasText: world.names.pen }).first()).toBeVisible();
  await expect(page.getByRole("button", { name: words("Mark as dealt with") })).toHaveCount(0);
});
