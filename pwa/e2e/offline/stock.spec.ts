/** 19: the world went on while the phone did not hear of it. */
import { photo } from "../camera";
import { some, words } from "../words";
import { emptied, equipped, past, queue } from "./device";
import { expect, test } from "./phone";
import { count, keptHere, made, openOrder, receive, ship, writeSlip } from "./work";

type Discrepancy = { kind: string; quantity: string };
const DISCREPANCIES = `select d.kind, d.quantity from discrepancy d
 where d.document_id in (select document_id from stock_move where command_id = $1::uuid)`;

test("19: stock moved between the count and its arrival", async ({ page, signIn, network, books, world }) => {
  await world.receive(await world.purchaseOrder());
  const before = await books.onHand(world.ids.pen, world.place);
  await signIn("keeper");
  await equipped(page);
  await network.down();
  const id = await count(page, world, world.codes.pen, String(before - 2));
  await world.receive(await world.purchaseOrder()); // 100 more, after the moment of counting
  await network.up();
  await emptied(page, 40_000);
  expect(await books.onHand(world.ids.pen, world.place)).toBe(before - 2 + 100);
  const [line] = await books.rows<{ book: string; counted: string }>(
    `select book, counted from stock_count_line l join stock_document d on d.id = l.document_id
      where d.command_id = $1::uuid`,
    id,
  );
  expect([Number(line?.book), Number(line?.counted)]).toEqual([before, before - 2]);
});

test("19: what a phone shipped is not there any more", async ({ page, signIn, network, books, world }) => {
  await world.receive(await world.purchaseOrder());
  const order = await world.confirmedOrder([{ productId: world.ids.pen, quantity: "10" }]);
  await signIn("keeper");
  await equipped(page);
  const before = await books.onHand(world.ids.pen, world.place);
  await network.down();
  const id = await ship(page, world, order, "10");
  await world.cancel(order); // the office was faster
  await network.up();
  await expect
    .poll(async () => (await queue(page)).map((call) => [call.id, call.state]), { timeout: 40_000 })
    .toEqual([[id, "refused"]]);
  expect(await books.onHand(world.ids.pen, world.place)).toBe(before);
  expect(await books.applied(id)).toMatchObject({ logged: 1, moves: 0 });
  expect(await books.rows<Discrepancy>(DISCREPANCIES, id)).toEqual([]);
});

test("19: a phone shipped more than is left: sent again, with less, or not at all", async ({
  page,
  signIn,
  network,
  books,
  world,
}) => {
  await world.receive(await world.purchaseOrder());
  await world.promiseNothing(); // whoever ordered before would be promised what is left
  const orders = [
    await world.confirmedOrder([{ productId: world.ids.pen, quantity: "10" }]),
    await world.confirmedOrder([{ productId: world.ids.pen, quantity: "10" }]),
  ];
  await signIn("keeper");
  await equipped(page);
  await network.down();
  const first = await ship(page, world, orders[0] ?? "", "10");
  const second = await ship(page, world, orders[1] ?? "", "10");
  const here = await books.onHand(world.ids.pen, world.place);
  await world.handOver([{ productId: world.ids.pen, quantity: String(here - 4) }]);
  const promised = async () => {
    const [row] = await books.rows<{ reserved: number }>(
      "select sum(reserved) as reserved from stock_balance where product_id = $1::uuid",
      world.ids.pen,
    );
    return row?.reserved;
  };
  await expect.poll(promised, { message: "promises are cut to what is left" }).toBe(4);
  await network.up();
  const refused = async () =>
    (await queue(page)).map(({ state, answer }) => [state, answer?.code]).filter(([state]) => state === "refused");
  const short = ["refused", "insufficient_stock"];
  await expect.poll(refused, { timeout: 40_000 }).toEqual([short, short]);

  await page.goto("/queue");
  const stuck = page.getByRole("listitem").filter({ has: page.getByRole("button", { name: words("Send again") }) });
  await expect(stuck).toHaveCount(2);
  // the earlier order is promised what is left
  const earlier = stuck.filter({ has: page.locator(`a[href="/sales-orders/${orders[0]}"]`) });
  const [again = ""] = await made(page, 1, () => earlier.getByRole("button", { name: words("Send again") }).click());
  await expect.poll(refused).toEqual([short, short]); // there is no more than before
  await earlier.getByRole("button", { name: words("Change it") }).click();
  const [less = ""] = await made(page, 1, async () => {
    await page.getByLabel(world.names.pen).fill("4");
    await page.getByRole("button", { name: words("Send it like this") }).click();
  });
  await expect.poll(async () => (await books.applied(less)).moves, { timeout: 20_000 }).toBe(1);
  await expect(stuck).toHaveCount(1);
  await stuck.getByRole("button", { name: words("Discard") }).click();
  await page.getByLabel(words("Why is it not to be booked?")).fill("They stayed here");
  await page.getByRole("button", { name: words("Discard") }).click();
  await emptied(page);

  expect(await books.onHand(world.ids.pen, world.place)).toBe(0);
  for (const id of [first, again, second]) expect(await books.applied(id)).toMatchObject({ logged: 1, moves: 0 });
  const endings = new Map((await past(page)).map(({ id, ending, reason }) => [id, [ending, reason]]));
  expect([...endings.keys()].toSorted()).toEqual([first, second, again, less].toSorted());
  expect(endings.get(less)?.[0]).toBe("done");
  expect([...endings.values()].filter(([, reason]) => reason === "They stayed here")).toEqual([
    ["discarded", "They stayed here"],
  ]);
});

test("19: more than is left has been handed over: it is booked, and somebody looks into it", async ({
  page,
  signIn,
  network,
  books,
  world,
}) => {
  await world.receive(await world.purchaseOrder());
  await signIn("sales");
  await equipped(page);
  await network.down();
  const here = await books.onHand(world.ids.cup, world.place);
  await page.goto("/slip");
  await writeSlip(page, world, "5");
  const [id = ""] = await made(page, 1, () => page.getByRole("button", { name: some("Record handover") }).click());
  await expect(page.getByText(keptHere)).toBeVisible();
  await world.handOver([{ productId: world.ids.cup, quantity: String(here - 2) }]); // the others were faster
  await network.up();
  await emptied(page, 40_000);
  expect(await books.applied(id)).toEqual({ logged: 1, moves: 1, documents: 1 });
  expect(await books.onHand(world.ids.cup, world.place)).toBe(-3);
  const found = await books.rows<Discrepancy>(DISCREPANCIES, id);
  expect(found.map(({ kind, quantity }) => [kind, Number(quantity)])).toEqual([["negative_stock", 3]]);
  await world.receive(await world.purchaseOrder());
});

test("19: the price has changed before the slip arrives: the customer pays what the slip says", async ({
  page,
  signIn,
  network,
  books,
  world,
}) => {
  await world.receive(await world.purchaseOrder());
  await signIn("sales");
  await equipped(page);
  await network.down();
  await page.goto("/slip");
  await page.getByRole("button", { name: words("Sell now") }).click();
  await writeSlip(page, world, "2");
  const [id = ""] = await made(page, 1, () =>
    page.getByRole("button", { name: /^(Sell|确认开单) · .*50\.00/ }).click(),
  );
  await world.priceCup("99");
  try {
    await network.up();
    await emptied(page, 40_000);
    const sale = (await past(page)).find((call) => call.id === id);
    const sold = await books.rows<{ price: string; amount: string }>(
      `select unit_price as price, amount from sales_order_line where order_id = $1::uuid`,
      String(sale?.body.order_id),
    );
    expect(sold.map(({ price, amount }) => [Number(price), Number(amount)])).toEqual([[25, 50]]);
  } finally {
    await world.priceCup("25");
  }
});

test("a photo that was taken without a network is there once", async ({ page, signIn, network, books, world }) => {
  const order = await world.purchaseOrder();
  await signIn("keeper");
  await equipped(page);
  await network.down();
  const receipt = await receive(page, world, order, { pens: "7" });
  await openOrder(page, order);
  const buffer = photo({ kind: "ean13", text: "6901234567892" });
  const [id = ""] = await made(page, 1, () =>
    page.locator("input[type=file]").setInputFiles({ name: "goods.jpg", mimeType: "image/jpeg", buffer }),
  );
  await page.reload();
  const shown = page.getByRole("button", { name: words("Photo {0}, larger") });
  await expect(shown).toHaveCount(1);
  await network.faults({ path: "^/sync/push", do: "lose", times: 2 });
  await network.up();
  await emptied(page, 60_000);
  expect(await books.applied(receipt)).toEqual({ logged: 1, moves: 1, documents: 1 });
  expect(await books.rows(`select command_id as id from attachment where document_id = $1::uuid`, order)).toEqual([
    { id },
  ]);
  await expect(shown).toHaveCount(1);
});
