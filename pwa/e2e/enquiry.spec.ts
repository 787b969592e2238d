import { expectAccessible } from "./fixtures";
import { equipped } from "./offline/device";
import { expect, test } from "./offline/phone";

test.describe.configure({ timeout: 90_000 });

test("finds products by pinyin and by last digits, and shows their stock, without a network", async ({
  page,
  signIn,
  world,
  network,
}) => {
  await world.receive(await world.purchaseOrder());
  await signIn("keeper");
  await page.goto("/products");
  const cup = page.getByRole("link").filter({ hasText: world.names.cup });
  const search = page.locator("main").getByRole("searchbox");
  await search.fill(world.codes.cup.slice(-6));
  await expect(cup).toBeVisible();
  await equipped(page);
  await network.down();

  await search.fill("bxgsb");
  await expect(cup).toBeVisible();
  await search.fill("no-such-thing");
  await expect(cup).toHaveCount(0);
  await expectAccessible(page);
  await search.fill(world.codes.boxOfCups.slice(-6));
  await cup.click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(world.names.cup);
  await expect(page.getByText(`1 ${world.names.box} = 12 ${world.names.piece}`)).toBeVisible();
  const onHand = await world.onHand(world.ids.cup);
  await expect(page.getByRole("row").filter({ hasText: world.names.warehouse })).toContainText(onHand);
  await expect(page.getByText(/^(The latest moves come from the server|最近流水在连上服务器后显示)/)).toBeVisible();
  await expectAccessible(page);
});

test("home counts from the device what there is to do, and leads to every document", async ({
  page,
  signIn,
  world,
  network,
}) => {
  await world.purchaseOrder();
  await signIn("keeper");
  const toReceive = page.getByRole("link", { name: /^(To receive|待收货)/ });
  await expect(toReceive).toContainText(/\d/);
  await equipped(page);
  await network.down();
  await page.reload();
  await expect(toReceive).toContainText(/\d/);
  await expectAccessible(page);
  await page
    .getByRole("navigation")
    .getByRole("link", { name: /^(New|New document|开单)$/ })
    .click();
  for (const kind of [/Stock count|盘点/, /Adjustment|库存调整/, /Transfer|调拨/]) {
    await expect(page.locator("main").getByRole("link", { name: kind })).toBeVisible();
  }
  await expectAccessible(page);
});
