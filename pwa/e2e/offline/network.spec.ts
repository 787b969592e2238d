/** Networks that lie, clocks that do, and books that are closed meanwhile. */
import { uuid7 } from "../../src/data/uuid";
import { after, lastOver } from "../../src/features/inventory/periods/days";
import { emptied, equipped, plant, queue } from "./device";
import { expect, test } from "./phone";
import { portal } from "../faults";
import { words } from "../words";
import { booked, confirmReceipt, fillIn, keptHere, made, openOrder, receive } from "./work";

const once = { logged: 1, moves: 1, documents: 1 };
const ZONE = "Asia/Shanghai"; // of the company
const DAY = 24 * 3_600_000;

type Moments = { effective: string; recorded: string };
const MOMENTS = `select effective_at as effective, recorded_at as recorded from stock_move where command_id = $1::uuid`;

for (const how of ["page", "redirect"] as const) {
  test(`18: a captive portal answers everything itself, with a ${how}`, async ({
    page,
    signIn,
    network,
    books,
    world,
  }) => {
    const order = await world.purchaseOrder();
    await signIn("keeper");
    await equipped(page);
    await network.faults(portal(how));
    const id = await receive(page, world, order, { pens: "7" });
    await expect(page.getByText(keptHere)).toBeVisible();
    await expect
      .poll(async () => (await network.seen(/^\/oauth\/token/)).length, { timeout: 40_000 })
      .toBeGreaterThan(1);
    expect((await queue(page)).map((call) => call.id)).toEqual([id]);
    expect(await page.evaluate(() => navigator.onLine)).toBe(true); // it lies
    await page.reload(); // still the app, not the portal
    await expect(page.getByRole("button", { name: confirmReceipt })).toBeVisible();
    await network.faults();
    await emptied(page, 60_000);
    expect(await books.applied(id)).toEqual(once);
  });
}

test("18: nobody is known here and nobody answers: the app comes with the network", async ({
  page,
  baseURL,
  signIn,
  network,
}) => {
  await signIn("keeper");
  await equipped(page);
  await page.goto("/icon.svg"); // of this origin, and no app
  const tools = await page.context().newCDPSession(page);
  await tools.send("Storage.clearDataForOrigin", {
    origin: new URL(baseURL ?? "").origin,
    storageTypes: "indexeddb,local_storage",
  });
  await network.faults({ path: "", do: "refuse" });
  await page.goto("/products");
  await expect(page.getByText(words("No connection to the server"))).toBeVisible();
  const tries = async () => (await network.seen(/^\/oauth\/token/)).filter(({ answered }) => answered === null).length;
  await expect.poll(tries, { timeout: 20_000 }).toBeGreaterThan(2);
  await network.faults();
  await expect(page.getByRole("searchbox")).toBeVisible({ timeout: 40_000 });
});

test("18: an answer takes 30 seconds", async ({ page, signIn, network, books, world }) => {
  test.setTimeout(150_000);
  const order = await world.purchaseOrder();
  await signIn("keeper");
  await equipped(page);
  await openOrder(page, order);
  await network.faults({ path: "^/", do: "delay", ms: 30_000 });
  await fillIn(page, world, { pens: "7" });
  const [id = ""] = await made(page, 1, () => page.getByRole("button", { name: confirmReceipt }).click());
  await expect(page.getByText(keptHere)).toBeVisible(); // at once: nobody waits for the server
  await expect
    .poll(async () => (await network.seen(/^\/sync\/push/)).length, {
      message: "given up and tried again",
      timeout: 60_000,
    })
    .toBeGreaterThan(1);
  await page.reload();
  await expect(page.getByRole("button", { name: confirmReceipt })).toBeVisible();
  await network.faults();
  await emptied(page, 60_000);
  expect(await books.applied(id)).toEqual(once);
});

test("18: a connection is half open", async ({ page, signIn, network, books, world }) => {
  test.setTimeout(120_000);
  const order = await world.purchaseOrder();
  await signIn("keeper");
  await equipped(page);
  await openOrder(page, order);
  await network.faults(
    { path: "^/sync/push", do: "hang", times: 1 },
    { path: "^/sync/push", do: "hold", times: 1 },
    { path: "^/sync/(pull|events)", do: "refuse" }, // the answer, or nothing
  );
  await fillIn(page, world, { pens: "7" });
  const [id = ""] = await made(page, 1, () => page.getByRole("button", { name: confirmReceipt }).click());
  await expect(page.getByText(booked)).toBeVisible({ timeout: 80_000 });
  await network.faults();
  await emptied(page, 40_000);
  expect((await network.seen(/^\/sync\/push/)).map(({ answered }) => answered)).toEqual([null, 200, 200]);
  expect(await books.applied(id)).toEqual(once);
});

test("18: the server is overloaded, or broken", async ({ page, signIn, network, books, world }) => {
  const order = await world.purchaseOrder();
  await signIn("keeper");
  await equipped(page);
  await openOrder(page, order);
  const answer = { path: "^/sync/push", do: "answer", type: "text/plain", body: "", times: 1 } as const;
  await network.faults({ ...answer, status: 503 }, { ...answer, status: 429 }, { ...answer, status: 500 });
  await fillIn(page, world, { pens: "7" });
  const [id = ""] = await made(page, 1, () => page.getByRole("button", { name: confirmReceipt }).click());
  await emptied(page, 60_000);
  await expect(page.getByText(booked)).toBeVisible();
  expect(await network.seen(/^\/sync\/push/)).toHaveLength(4);
  expect(await books.applied(id)).toEqual(once);
});

for (const [title, off] of [
  ["three days ahead", 3 * DAY],
  ["three days behind", -3 * DAY],
] as const) {
  test(`17: the clock of the phone is ${title}`, async ({ page, signIn, network, books, world }) => {
    const order = await world.purchaseOrder();
    await page.clock.install({ time: Date.now() + off });
    await signIn("keeper");
    await equipped(page);
    await network.down();
    const began = Date.now();
    const id = await receive(page, world, order, { pens: "7" });
    await network.faults({ path: "^/sync/pull", do: "refuse" }); // so that the answer is still in the queue
    await network.up();
    await expect
      .poll(async () => (await queue(page)).map(({ state, answer }) => [state, answer?.attention]), { timeout: 40_000 })
      .toEqual([["accepted", "clock"]]);
    const [moments] = await books.rows<Moments>(MOMENTS, id);
    const effective = Date.parse(moments?.effective ?? "");
    expect(effective).toBeGreaterThan(began - 5000);
    expect(effective).toBeLessThanOrEqual(Date.parse(moments?.recorded ?? ""));
    expect(await books.applied(id)).toEqual(once);
    await network.faults();
    await page.reload();
    await emptied(page, 40_000);
  });
}

test("17: books are closed over what a phone has not sent yet", async ({ page, signIn, network, books, world }) => {
  const { pen } = world.ids;
  const closed = after(lastOver(ZONE), -1);
  const call = (name: string, body: object) => ({
    id: uuid7(),
    name,
    version: 1,
    body: { document_id: uuid7(), location_id: world.place, ...body },
    occurredAt: new Date(Date.now() - 5 * DAY).toISOString(),
    lane: uuid7(),
    dependsOn: [],
    label: { title: "late", detail: "", href: "" },
  });
  const found = call("purchasing.record_blind_receipt", { lines: [{ product_id: pen, quantity: "9" }] });
  const adjusted = call("inventory.adjust_stock", {
    reason: "found",
    lines: [{ product_id: pen, direction: "in", quantity: "1" }],
  });
  await signIn("keeper");
  await equipped(page);
  await network.down();
  await plant(page, [found, adjusted]);
  await world.command("closePeriod", { closedTo: closed });
  try {
    await network.up();
    await expect
      .poll(async () => (await queue(page)).map(({ id, state, answer }) => [id, state, answer?.code]), {
        timeout: 40_000,
      })
      .toEqual([[adjusted.id, "refused", "period_closed"]]);
    const [move] = await books.rows<Moments & { quantity: number }>(
      `${MOMENTS.replace("select", "select quantity,")} and document_id = $2::uuid`,
      found.id,
      found.body.document_id,
    );
    expect(move?.quantity).toBe(9);
    expect(Date.parse(move?.effective ?? "")).toBe(Date.parse(`${after(closed)}T00:00:00+08:00`)); // the first open day
    const listed = await books.rows(
      "select kind from discrepancy where document_id = $1::uuid",
      found.body.document_id,
    );
    expect(listed).toContainEqual({ kind: "closed_period" });
  } finally {
    await world.command("closePeriod", { closedTo: null, reopen: true });
  }
});

test.describe("where clocks are put back", () => {
  test.use({ timezoneId: "Europe/Berlin" });

  test("17: two receipts in the hour that comes twice", async ({ page, signIn, network, books, world }) => {
    const orders = [await world.purchaseOrder(), await world.purchaseOrder()];
    await page.clock.install({ time: "2026-10-25T00:30:00Z" }); // 02:30, summer time
    await signIn("keeper");
    await equipped(page);
    await network.down();
    const first = await receive(page, world, orders[0] ?? "", { pens: "3" });
    await page.clock.setSystemTime("2026-10-25T01:30:00Z"); // 02:30 again, winter time
    const second = await receive(page, world, orders[1] ?? "", { pens: "4" });
    await network.up();
    await emptied(page, 60_000);
    const received = async (id: string) => {
      // a count of these pens within the hour, by another test, gets a move of its own for what comes before it
      const moves = await books.rows<Moments>(
        `${MOMENTS} and document_id in (select id from stock_document where kind = 'receipt')`,
        id,
      );
      expect(moves).toHaveLength(1);
      expect((await books.applied(id)).logged).toBe(1);
      return moves[0];
    };
    const moment = async (id: string) => Date.parse((await received(id))?.effective ?? "");
    const apart = ((await moment(second)) - (await moment(first))) / 60_000;
    expect(apart).toBeGreaterThan(59);
    expect(apart).toBeLessThan(62);
  });
});
