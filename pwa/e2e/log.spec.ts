/** The log as people read it. */
import { uuid7 } from "../src/data/uuid";
import { expect, test } from "./fixtures";
import { shot, speak } from "./screens";
import { some, words } from "./words";

test("tells a change as it was and as it became", async ({ page, signIn, world }) => {
  const id = uuid7();
  const [sku, was, will] = [`LOG-${id.slice(-6)}`, `茶杯 ${id.slice(-6)}`, `大茶杯 ${id.slice(-6)}`];
  const product = { id, sku, name: was, unitId: world.ids.piece, price: "9.9", barcodes: [{ code: sku }] };
  await world.command("saveProducts", { records: [product] });
  const changed = { ...product, name: will, price: "12", barcodes: [{ code: sku }, { code: `${sku}-2` }] };
  await world.command("saveProducts", { records: [{ ...changed, baseVersion: 1 }] });
  const entry = await world.logged("masterdata.save_products");
  await signIn();
  for (const language of ["zh-CN", "en"] as const) {
    await speak(page, language);
    await page.goto(`/log/${entry}`);
    await expect(page.getByRole("heading", { name: words("What changed") })).toBeVisible();
    const fields = page.getByRole("list", { name: some("As it was and as it became: {name}") }).getByRole("listitem");
    await expect(fields).toHaveCount(3);
    await expect(fields.filter({ hasText: was })).toContainText(will);
    await expect(fields.filter({ hasText: "9.9" })).toContainText("12");
    await expect(fields.filter({ hasText: `${sku}-2` })).toBeVisible();
    await shot(page, "log-change");
  }
});
