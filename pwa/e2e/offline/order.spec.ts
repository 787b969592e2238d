/** One call in the way of others: only what depends on it waits, and nothing is lost. */
import { uuid7 } from "../../src/data/uuid";
import type { CallLabel, WireCall } from "../../src/offline/types";
import { emptied, equipped, past, plant, queue } from "./device";
import { expect, test } from "./phone";
import { confirmReceipt, fillIn, made, openOrder } from "./work";

type Planted = WireCall & { label: CallLabel };

/** A call as the app would have made it; `of` says what is different. */
function call(of: Partial<Planted>): Planted {
  const id = of.id ?? uuid7();
  return {
    id,
    name: "inventory.adjust_stock",
    version: 1,
    body: {},
    occurredAt: new Date().toISOString(),
    lane: id,
    dependsOn: [],
    label: { title: `Planted ${id.slice(-4)}` },
    ...of,
  };
}

type Places = { ids: { pen: string }; place: string };
const adjust = ({ ids, place }: Places, quantity: string, of: Partial<Planted> = {}) =>
  call({
    ...of,
    body: {
      document_id: uuid7(),
      location_id: place,
      reason: "found",
      lines: [
        { product_id: ids.pen, direction: Number(quantity) < 0 ? "out" : "in", quantity: quantity.replace("-", "") },
      ],
    },
  });

const states = async (page: Parameters<typeof queue>[0]) =>
  (await queue(page)).map(({ id, state, answer }) => [id, state, answer?.code ?? null]);

test("7: a poison in the middle of the queue", async ({ page, signIn, network, books, world }) => {
  const before = await books.onHand(world.ids.pen, world.place);
  await signIn("keeper");
  await equipped(page);
  await network.down();
  const sound = [adjust(world, "1"), adjust(world, "2"), adjust(world, "3"), adjust(world, "4")];
  const malformed = call({ body: { lines: "none" } });
  const unreadable = call({ occurredAt: "the other day" });
  const unknown = call({ name: "inventory.no_such_command" });
  await plant(
    page,
    [sound[0], malformed, sound[1], unreadable, sound[2], unknown, sound[3]].filter((one) => !!one),
  );
  await network.up();
  await expect
    .poll(() => states(page), { timeout: 40_000 })
    .toEqual([
      [malformed.id, "refused", "malformed"],
      [unreadable.id, "refused", "malformed"],
      [unknown.id, "waiting", null], // the server may be older than the app
    ]);
  for (const one of sound) expect(await books.applied(one.id)).toEqual({ logged: 1, moves: 1, documents: 1 });
  expect((await books.onHand(world.ids.pen, world.place)) - before).toBe(10);
});

test("7: a request that the server cannot take as a whole is halved until the poison is alone", async ({
  page,
  signIn,
  network,
  books,
  world,
}) => {
  const before = await books.onHand(world.ids.pen, world.place);
  await signIn("keeper");
  await equipped(page);
  await network.down();
  const poison = adjust(world, "1000");
  const sound = Array.from({ length: 6 }, () => adjust(world, "1"));
  await plant(page, [...sound.slice(0, 3), poison, ...sound.slice(3)]);
  await network.faults({
    path: "^/sync/push",
    says: poison.id,
    do: "answer",
    status: 400,
    type: "application/json",
    body: '{"error":"malformed"}',
  });
  await network.up();
  await expect.poll(() => states(page), { timeout: 40_000 }).toEqual([[poison.id, "refused", "malformed_request"]]);
  expect((await books.onHand(world.ids.pen, world.place)) - before).toBe(6);
  expect(await books.applied(poison.id)).toMatchObject({ logged: 0 });
});

test("8: what depends on a refused call is parked, not lost", async ({ page, signIn, network, books, world }) => {
  const before = await books.onHand(world.ids.pen, world.place);
  await signIn("keeper");
  await equipped(page);
  await network.down();
  const first = adjust(world, "-1000000");
  const second = adjust(world, "5", { dependsOn: [first.id] });
  const third = adjust(world, "6", { dependsOn: [second.id] });
  const free = adjust(world, "7");
  await plant(page, [first, second, third, free]);
  await network.up();
  await expect
    .poll(async () => (await states(page)).map(([id, state]) => [id, state]), { timeout: 40_000 })
    .toEqual([
      [first.id, "refused"],
      [second.id, "parked"],
      [third.id, "parked"],
    ]);
  expect((await books.onHand(world.ids.pen, world.place)) - before).toBe(7);
  expect((await queue(page)).map(({ body }) => body)).toEqual([first.body, second.body, third.body]);
  await page.reload();
  await equipped(page);
  expect((await queue(page)).map(({ id }) => id)).toEqual([first.id, second.id, third.id]);
  for (const { id } of [second, third]) expect((await books.applied(id)).moves).toBe(0);
});

test("a double tap on the main action makes one call", async ({ page, signIn, network, books, world }) => {
  const order = await world.purchaseOrder();
  const before = await books.onHand(world.ids.pen, world.place);
  await signIn("keeper");
  await equipped(page);
  await network.down();
  await openOrder(page, order);
  await fillIn(page, world, { pens: "7" });
  const [id = ""] = await made(page, 1, () => page.getByRole("button", { name: confirmReceipt }).dblclick());
  await network.up();
  await emptied(page, 40_000);
  expect(await books.applied(id)).toEqual({ logged: 1, moves: 1, documents: 1 });
  expect((await books.onHand(world.ids.pen, world.place)) - before).toBe(7);
  expect((await past(page)).map(({ ending }) => ending)).toEqual(["done"]);
});

test("goods of a product that was switched off meanwhile are still taken in", async ({
  page,
  signIn,
  network,
  books,
  world,
}) => {
  const order = await world.purchaseOrder();
  const before = await books.onHand(world.ids.pen, world.place);
  await signIn("keeper");
  await equipped(page);
  await network.down();
  await openOrder(page, order);
  await fillIn(page, world, { pens: "7" });
  const [id = ""] = await made(page, 1, () => page.getByRole("button", { name: confirmReceipt }).click());
  await world.activatePen(false);
  try {
    await network.up();
    await emptied(page, 40_000);
    expect(await books.applied(id)).toEqual({ logged: 1, moves: 1, documents: 1 });
    expect((await books.onHand(world.ids.pen, world.place)) - before).toBe(7);
  } finally {
    await world.activatePen(true);
  }
});
