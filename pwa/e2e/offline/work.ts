/** What a person does on the screens, and the ids of the calls that come of it. */
import { expect, type Page } from "@playwright/test";
import type { Id } from "../../src/offline/types";
import { words } from "../words";
import type { World } from "../world";
import { past, queue } from "./device";

/** The calls that `act` has put into the queue, in their order; there have to be `expected` of them. */
export async function made(page: Page, expected: number, act: () => Promise<void>): Promise<Id[]> {
  const known = new Set(await ids(page));
  await act();
  const news = async () => (await ids(page)).filter((id) => !known.has(id));
  await expect.poll(async () => (await news()).length, { message: "calls in the queue" }).toBe(expected);
  return news();
}

/** Of the queue, and of what has left it already. */
async function ids(page: Page): Promise<Id[]> {
  const all = [...(await queue(page)), ...(await past(page))];
  return all.toSorted((left, right) => left.n - right.n).map(({ id }) => id);
}

type Goods = { cups?: string; pens?: string };

export async function openOrder(page: Page, order: Id) {
  await page.goto(`/purchase-orders/${order}`);
  await expect(page.getByRole("button", { name: confirmReceipt })).toBeVisible();
}

export const confirmReceipt = /^(Confirm receipt|确认收货)/;

/** Goods of an order that is open on the screen: boxes of cups, single pens. */
export async function fillIn(page: Page, world: World, { cups, pens }: Goods) {
  if (cups !== undefined) await page.getByLabel(world.names.cup).fill(cups);
  if (pens !== undefined) await page.getByLabel(world.names.pen).fill(pens);
}

/** Takes in goods of an order on its screen. */
export async function receive(page: Page, world: World, order: Id, goods: Goods): Promise<Id> {
  await openOrder(page, order);
  await fillIn(page, world, goods);
  const [id] = await made(page, 1, () => page.getByRole("button", { name: confirmReceipt }).click());
  return id as Id;
}

export const keptHere = words("Kept on this device, and sent as soon as the server can be reached.");
export const booked = words("Booked.");

/** Counts one product by scanning it, on a sheet of its own, and hands that in. */
export async function count(page: Page, world: World, code: string, counted: string): Promise<Id> {
  await page.goto("/counts/new");
  await page.getByRole("main").getByLabel(words("Warehouse")).selectOption({ label: world.names.warehouse });
  await page.getByRole("button", { name: words("By scanning") }).click();
  await page.getByRole("button", { name: words("Begin counting") }).click();
  await expect(page.getByText(words("Nothing counted yet"))).toBeVisible();
  await scan(page, code);
  const field = page.getByLabel(words("Counted, in {0}"));
  await field.fill(counted);
  await field.press("Enter");
  await page.getByRole("link", { name: words("Review {counted}") }).click();
  const handIn = words("{0, plural, one {Hand in # product} other {Hand in # products}}");
  const [id] = await made(page, 1, () => page.getByRole("button", { name: handIn }).click());
  return id as Id;
}

/** Ships pens of an order on its screen. */
export async function ship(page: Page, world: World, order: Id, pens: string): Promise<Id> {
  await page.goto(`/sales-orders/${order}`);
  await page.getByLabel(world.names.pen).fill(pens);
  const [id] = await made(page, 1, () => page.getByRole("button", { name: /^(Ship|发货) 1/ }).click());
  return id as Id;
}

/** A customer, the warehouse and one line of cups, on the page of a new slip. */
export async function writeSlip(page: Page, world: World, cups: string) {
  await page.getByRole("textbox", { name: words("Customer") }).fill(world.names.customer);
  await page.getByRole("option", { name: world.names.customer }).click();
  await page.getByRole("main").getByLabel(words("Warehouse")).selectOption({ label: world.names.warehouse });
  await page.getByPlaceholder(words("Scan, or search a product")).fill(world.names.cup);
  await page.getByRole("option", { name: world.names.cup }).click();
  await page.getByLabel(words("Quantity: {0}")).fill(cups);
}

/** A hand scanner types fast, and Enter. Its keys are made in the page and dated there: a busy machine types slowly. */
export async function scan(page: Page, code: string) {
  await page.evaluate(
    (keys) => {
      const began = performance.now();
      for (const [place, key] of keys.entries()) {
        const pressed = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
        Object.defineProperty(pressed, "timeStamp", { value: began + place * 5 });
        (document.activeElement ?? document.body).dispatchEvent(pressed);
      }
    },
    [...code, "Enter"],
  );
}
