import type { Page } from "@playwright/test";
import { expectAccessible } from "./fixtures";
import { equipped } from "./offline/device";
import { expect, test } from "./offline/phone";
import { scan } from "./offline/work";
import type { World } from "./world";

const show = /^(Show the transfer|查看调拨单)$/;
const takeIn = /^(Take in|入库)/;

async function secondPlace(world: World) {
  const warehouse = await world.warehouse();
  const { locations } = await world.graphql<{
    locations: { id: string; kind: string; warehouse: { id: string; name: string } | null }[];
  }>("{ locations { id kind warehouse { id name } } }");
  const place = locations.find((one) => one.kind === "STORAGE" && one.warehouse?.id === warehouse);
  if (!place?.warehouse) throw new Error("the warehouse has no storage place");
  return { id: place.id, name: place.warehouse.name };
}

async function onHandAt(world: World, place: string, product: string): Promise<string> {
  const { product: found } = await world.graphql<{
    product: { stockLevels: { onHand: string; locationId: string }[] };
  }>("query ($id: ID!) { product(id: $id) { stockLevels { onHand locationId } } }", { id: product });
  return found.stockLevels.find(({ locationId }) => locationId === place)?.onHand ?? "0";
}

/** 2 boxes of cups and 3 pens. */
async function send(page: Page, world: World, to: string) {
  await page.goto("/transfers/new");
  await page.getByLabel(/^(From|从)$/).selectOption({ label: world.names.warehouse });
  await page.getByLabel(/^(To|到)$/).selectOption({ label: to });
  await scan(page, world.codes.boxOfCups);
  await scan(page, world.codes.boxOfCups);
  await scan(page, world.codes.pen);
  const pens = page.getByLabel(new RegExp(`(Quantity|数量).*${world.names.pen}`));
  await expect(pens).toHaveValue("1");
  await pens.fill("3");
  await expect(page.getByLabel(new RegExp(`(Quantity|数量).*${world.names.cup}`))).toHaveValue("2");
  await expectAccessible(page);
  await page.getByRole("button", { name: /^(Send 2 lines|发出 2 行)$/ }).click();
  await expect(page.getByRole("link", { name: show })).toBeVisible();
}

test.describe.configure({ timeout: 90_000 });

test("sends and receives without a network, the second step behind the first", async ({
  page,
  signIn,
  world,
  network,
}) => {
  await world.receive(await world.purchaseOrder());
  const there = await secondPlace(world);
  const before = Number(await world.onHand(world.ids.cup));
  await signIn("keeper");
  await page.goto("/transfers");
  await expect(page.getByRole("link", { name: /^(New transfer|新调拨)$/ })).toBeVisible();
  await expectAccessible(page);
  await equipped(page);
  await network.down();
  await send(page, world, there.name);
  await page.getByRole("link", { name: show }).click();
  await expect(page.getByText(/^(In transit|在途)$/)).toBeVisible();
  await page.getByRole("button", { name: /^(All has come|全部到齐)$/ }).click();
  await expectAccessible(page);
  await page.getByRole("button", { name: takeIn }).click();
  await expect(page.getByText(/^(Arrived|已到货)$/)).toBeVisible();

  await page.goto(`/products/${world.ids.cup}`);
  await expect(page.getByRole("row").filter({ hasText: there.name })).toContainText("24");
  await network.up();
  await page.reload();
  await expect.poll(() => onHandAt(world, there.id, world.ids.cup), { timeout: 20_000 }).toBe("24");
  expect(await onHandAt(world, there.id, world.ids.pen)).toBe("3");
  expect(Number(await world.onHand(world.ids.cup))).toBe(before - 24);
});

test("takes in more than was sent, and closes what never comes in words", async ({ page, signIn, world }) => {
  await world.receive(await world.purchaseOrder());
  const there = await secondPlace(world);
  await signIn("keeper");
  await send(page, world, there.name);
  await page.getByRole("link", { name: show }).click();
  await expect(page.getByText(/^ST-/)).toBeVisible({ timeout: 20_000 });
  await expect(page.getByRole("main")).toContainText(world.names.pen);
  await scan(page, world.codes.pen);
  await page.getByLabel(/^(Nothing more will come|不会再到了)$/).check();
  await expect(page.getByRole("alert")).toContainText(world.names.cup);
  await expectAccessible(page);
  await page.getByRole("button", { name: takeIn }).click();
  await expect(page.getByText(/^(Arrived|已到货)$/)).toBeVisible();
  await expect.poll(() => onHandAt(world, there.id, world.ids.pen), { timeout: 20_000 }).toBe("1");
  expect(await onHandAt(world, there.id, world.ids.cup)).toBe("0");
  const { discrepancies } = await world.graphql<{
    discrepancies: { nodes: { kind: string; product: { id: string } }[] };
  }>("{ discrepancies(first: 50, filter: { status: { eq: OPEN } }) { nodes { kind product { id } } } }");
  const lost = discrepancies.nodes.filter(({ kind }) => kind === "TRANSFER_SHORT").map(({ product }) => product.id);
  expect(lost).toEqual(expect.arrayContaining([world.ids.cup, world.ids.pen]));
});
