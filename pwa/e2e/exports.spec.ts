import { readFile } from "node:fs/promises";
import type { Locator, Page } from "@playwright/test";
import { uuid7 } from "../src/data/uuid";
import { expect, expectAccessible, test } from "./fixtures";
import { Books } from "./offline/books";
import { equipped } from "./offline/device";
import { served } from "./served";
import { some, words } from "./words";

/** The list is at rest before somebody takes it away. */
async function openDialog(page: Page, address: string) {
  await page.goto(address);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.getByRole("button", { name: words("Export") }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("checkbox").first()).toBeVisible();
  return dialog;
}

async function downloaded(page: Page, within: Page | Locator = page): Promise<{ name: string; text: string }> {
  const arrives = page.waitForEvent("download");
  await within.getByRole("button", { name: words("Download") }).click();
  const file = await arrives;
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), "utf8") };
}

test.describe.configure({ timeout: 90_000 });

test("takes a list away, as it is on the screen", async ({ page, signIn, world }) => {
  await signIn();
  const dialog = await openDialog(page, `/products?search=${encodeURIComponent(world.names.cup)}`);
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "CSV" }).click();
  await dialog.getByRole("button", { name: words("None") }).click();
  await expect(dialog.getByRole("button", { name: words("Export") })).toBeDisabled();
  for (const column of [/^(SKU|商品编码)$/, /^(Price|零售价)$/, /^(Reference cost|参考成本)$/]) {
    await dialog.getByRole("checkbox", { name: column }).check();
  }
  await dialog.getByRole("button", { name: words("Export") }).click();
  await expect(dialog.getByText(/^(1 row|1 行) · /)).toBeVisible({ timeout: 60_000 });
  await expectAccessible(page);
  const { name, text } = await downloaded(page);
  expect(name).toMatch(/^(Products|商品)-\d{8}-\d{4}\.csv$/);
  const [head, row, end] = text.replace(/^\uFEFF/, "").split("\r\n");
  expect(head).toMatch(/^(SKU,Price,Reference cost|商品编码,零售价,参考成本)$/);
  expect(row).toMatch(/^CUP-.+,25,12\.5$/);
  expect(end).toBe("");
});

test("keeps what was chosen, and works by keyboard alone", async ({ page, signIn }) => {
  await signIn();
  const dialog = await openDialog(page, "/purchase-orders");
  const first = dialog.getByRole("checkbox").first();
  await first.focus();
  await page.keyboard.press("Space");
  await expect(first).not.toBeChecked();
  await dialog.getByRole("button", { name: words("Export") }).press("Enter");
  await expect(dialog.getByRole("button", { name: words("Download") })).toBeVisible({ timeout: 60_000 });
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("button", { name: words("Export") })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(dialog.getByRole("checkbox").first()).not.toBeChecked();
});

test("says that it needs the network", async ({ page, signIn, context }) => {
  await signIn();
  await page.goto("/transfers");
  const button = page.getByRole("button", { name: words("Export") });
  await equipped(page);
  await context.setOffline(true);
  await button.click();
  await expect(page.getByRole("alert")).toContainText(/No connection to the server|连不上服务器/);
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: words("Export needs the network") })).toBeVisible();
  await context.setOffline(false);
});

test("is not for everybody", async ({ page, signIn }) => {
  await signIn("keeper");
  await page.goto("/products");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByRole("button", { name: words("Export") })).toHaveCount(0);
});

test("shows jobs: what stands still first, and what can be done with it", async ({ page, signIn, demo, world }) => {
  const { own } = served();
  test.skip(own === null, "needs the server's database");
  const books = new Books(own?.database ?? "", demo.tenants[0]?.slug ?? "");
  const { me } = await world.graphql<{ me: { id: string; name: string } }>("{ me { id name } }");
  const stuck = uuid7();
  await books.change(
    `insert into job (id, kind, label, status, actor_id, actor_name, priority, body, code, details, attempts,
      started_at, finished_at)
     values ($1, 'export', 'salesOrders', 'quarantined', $2, $3, 3, $4, 'worker_died', '{"attempts": 3}', 3, now(), now())`,
    stuck,
    me.id,
    me.name,
    JSON.stringify({
      list: "salesOrders",
      columns: ["number"],
      filter: "",
      order: [],
      format: "csv",
      language: "en",
      keys: false,
    }),
  );
  await signIn();
  await page.goto("/jobs");
  const attention = page.getByRole("list", { name: words("Needs attention") });
  await expect(attention.getByRole("listitem")).toContainText([some("Set aside")]);
  await expect(attention).toContainText(stuck);
  await expectAccessible(page);
  await attention.getByRole("button", { name: words("Try again") }).click();
  const job = page.getByRole("listitem").filter({ hasText: /(Sales orders|销售订单)/ });
  await expect(job.getByRole("button", { name: words("Download") })).toBeVisible({ timeout: 60_000 });
  await expect(attention).toHaveCount(0);
  const { text } = await downloaded(page, job);
  expect(text).toMatch(/^\uFEFFNumber\r\n/);
});

test("tells somebody else's jobs from one's own", async ({ page, signIn, world }) => {
  const { me } = await world.graphql<{ me: { name: string } }>("{ me { name } }");
  await world.command("exportList", { jobId: uuid7(), list: "partners" });
  await signIn("manager");
  await page.goto("/jobs");
  const started = new RegExp(`^(started by ${me.name}|发起人：${me.name})$`);
  await expect(page.getByText(started).first()).toBeVisible();
  await expect(
    page
      .getByRole("listitem")
      .filter({ hasText: started })
      .first()
      .getByRole("button", { name: words("Download") }),
  ).toHaveCount(0);
});
