/** What is cut, killed or doubled between a phone and the server: done once, and shown as done. */
import { uuid7 } from "../../src/data/uuid";
import { SYNC_TAG } from "../../src/offline/tag";
import { emptied, equipped, plant, queue } from "./device";
import { enter, expect, type Phone, test, userOf } from "./phone";
import { booked, confirmReceipt, fillIn, made, openOrder, receive } from "./work";

const PUSH = "^/sync/push";
const once = (moves: number) => ({ logged: 1, moves, documents: 1 });

/** The ids in each request that came to the network, lost or not. */
const pushed = (seen: { body: string }[]) =>
  seen.map(({ body }) => (JSON.parse(body) as { calls: { id: string }[] }).calls.map(({ id }) => id));

for (const [title, fault, status] of [
  ["1: an answer is lost after the server has done it", "lose", 200],
  ["2: a request is lost before the server has it", "refuse", null],
] as const) {
  test(title, async ({ page, signIn, network, books, world }) => {
    test.slow();
    const order = await world.purchaseOrder();
    const before = await books.onHand(world.ids.pen, world.place);
    await signIn("keeper");
    await equipped(page);
    await openOrder(page, order);
    await fillIn(page, world, { pens: "7" });
    const others = { path: "^/sync/(pull|events)", do: "refuse" } as const; // the answer, or nothing
    await network.faults({ path: PUSH, do: fault, times: 2 }, others);
    const [id = ""] = await made(page, 1, () => page.getByRole("button", { name: confirmReceipt }).click());
    await expect(page.getByText(booked)).toBeVisible({ timeout: 20_000 });
    await network.faults();
    await emptied(page, 60_000); // the next pull may be half a minute away

    const seen = await network.seen(/^\/sync\/push/);
    expect(seen.map(({ answered }) => answered)).toEqual([status, status, 200]);
    expect(pushed(seen)).toEqual([[id], [id], [id]]);
    expect(await books.applied(id)).toEqual(once(1));
    expect((await books.onHand(world.ids.pen, world.place)) - before).toBe(7);
  });
}

test("1: an answer is lost, and a pull brings what became of it", async ({ page, signIn, network, books, world }) => {
  const order = await world.purchaseOrder();
  await signIn("keeper");
  await equipped(page);
  await openOrder(page, order);
  await fillIn(page, world, { pens: "7" });
  await network.faults({ path: PUSH, do: "lose" });
  const [id = ""] = await made(page, 1, () => page.getByRole("button", { name: confirmReceipt }).click());
  await emptied(page);
  await expect(page.getByText(booked)).toBeVisible();
  expect(await books.applied(id)).toEqual(once(1));
});

test("3: killed between keeping and sending", async ({ phone, demo, network, books, world }) => {
  const order = await world.purchaseOrder();
  const before = await books.onHand(world.ids.pen, world.place);
  const page = await signedIn(phone, userOf(demo, "keeper"));
  await network.down();
  const id = await receive(page, world, order, { pens: "7" });
  await phone.kill();

  const again = await phone.start();
  await again.goto("/");
  await expect.poll(async () => (await queue(again)).map((call) => call.id)).toEqual([id]);
  expect(await books.applied(id)).toMatchObject({ logged: 0, moves: 0 });
  await network.up();
  await emptied(again, 40_000);
  expect(await books.applied(id)).toEqual(once(1));
  expect((await books.onHand(world.ids.pen, world.place)) - before).toBe(7);
});

test("4: killed between the server's answer and hearing of it", async ({ phone, demo, network, books, world }) => {
  const order = await world.purchaseOrder();
  const before = await books.onHand(world.ids.pen, world.place);
  const page = await signedIn(phone, userOf(demo, "keeper"));
  await network.faults({ path: PUSH, do: "hold" });
  const id = await receive(page, world, order, { pens: "7" });
  await expect.poll(async () => (await network.seen(/^\/sync\/push/)).map(({ answered }) => answered)).toContain(200);
  await phone.kill();
  expect(await books.applied(id)).toEqual(once(1));

  await network.faults();
  const again = await phone.start();
  await again.goto("/");
  await emptied(again, 40_000);
  expect(await books.applied(id)).toEqual(once(1));
  expect((await books.onHand(world.ids.pen, world.place)) - before).toBe(7);
});

test("5: two tabs and the service worker flush at once", async ({ page, context, signIn, network, books, world }) => {
  const orders = [await world.purchaseOrder(), await world.purchaseOrder()];
  const before = await books.onHand(world.ids.pen, world.place);
  await signIn("keeper");
  await equipped(page);
  const other = await context.newPage();
  await other.goto("/");
  await equipped(other);
  await network.down();
  const ids = [
    await receive(page, world, orders[0] ?? "", { pens: "3" }),
    await receive(other, world, orders[1] ?? "", { pens: "4" }),
  ];
  await network.up();
  await emptied(page, 40_000);
  for (const id of ids) expect(await books.applied(id)).toEqual(once(1));
  expect((await books.onHand(world.ids.pen, world.place)) - before).toBe(7);
  const heard = (await network.seen(/^\/sync\/push/)).filter(({ answered }) => answered === 200);
  expect(pushed(heard).flat().toSorted()).toEqual(ids.toSorted()); // the lock: nothing is sent twice
});

test("6: the same id with something else in it", async ({ page, signIn, network, books, world }) => {
  const order = await world.purchaseOrder();
  const before = await books.onHand(world.ids.pen, world.place);
  await signIn("keeper");
  await equipped(page);
  await network.down();
  const id = await receive(page, world, order, { pens: "7" });
  const [call] = await queue(page);
  if (!call) throw new Error("nothing is in the queue");
  await network.up();
  await emptied(page, 40_000);
  await page.goto("/"); // the app remembers what the body of an id was

  const { name, version, occurredAt } = call;
  const body = structuredClone(call.body) as { document_id: string; lines: { quantity: string }[] };
  body.lines = body.lines.map((line) => ({ ...line, quantity: "70" }));
  const label = { title: "The same id" };
  await plant(page, [{ id, name, version, body, occurredAt, lane: uuid7(), dependsOn: [], label }]);
  await expect
    .poll(async () => (await queue(page)).map(({ state, answer }) => [state, answer?.code]), { timeout: 20_000 })
    .toEqual([["refused", "key_reuse"]]);
  expect(await books.applied(id)).toEqual(once(1));
  expect((await books.onHand(world.ids.pen, world.place)) - before).toBe(7);
});

test("3: killed right after the first sign-in, and started without a server", async ({
  phone,
  demo,
  network,
  books,
  world,
}) => {
  const order = await world.purchaseOrder();
  let page = await phone.start();
  await page.goto("/");
  await enter(page, userOf(demo, "keeper"));
  await equipped(page);
  await network.down();
  await phone.kill();

  page = await phone.start();
  await page.goto("/");
  await expect(page.getByRole("navigation")).toBeVisible();
  const id = await receive(page, world, order, { pens: "7" });
  await network.up();
  await emptied(page, 40_000);
  expect(await books.applied(id)).toEqual(once(1));
});

/** Closed once, so that all is on disk that the browser writes late, as on a phone that was not bought this minute. */
async function signedIn(phone: Phone, user: ReturnType<typeof userOf>) {
  const page = await phone.start();
  await page.goto("/");
  await enter(page, user);
  await equipped(page);
  await phone.close();
  const again = await phone.start();
  await again.goto("/");
  await equipped(again);
  return again;
}

test("5: the service worker sends the queue while no page is open", async ({
  page,
  context,
  baseURL,
  signIn,
  network,
  books,
  world,
}) => {
  const order = await world.purchaseOrder();
  const before = await books.onHand(world.ids.pen, world.place);
  await signIn("keeper");
  await equipped(page);
  const other = await context.newPage();
  await other.goto("/icon.svg"); // of this origin, and no app
  const tools = await context.newCDPSession(other);
  const known = new Promise<string>((next) =>
    tools.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      const registration = registrations.find(({ isDeleted }) => !isDeleted);
      if (registration) next(registration.registrationId);
    }),
  );
  await tools.send("ServiceWorker.enable");
  await network.down();
  const id = await receive(page, world, order, { pens: "7" });
  await page.close();
  await network.up();
  await tools.send("ServiceWorker.dispatchSyncEvent", {
    origin: baseURL ?? "",
    registrationId: await known,
    tag: SYNC_TAG,
    lastChance: false,
  });
  await expect.poll(() => books.applied(id), { timeout: 20_000 }).toEqual(once(1));
  expect((await queue(other)).map(({ state }) => state)).toEqual(["accepted"]);
  await other.goto("/");
  await emptied(other, 40_000);
  expect(await books.applied(id)).toEqual(once(1));
  expect((await books.onHand(world.ids.pen, world.place)) - before).toBe(7);
});
