/** 19: the world went on while the phone did not hear of it. */
import { emptied, equipped, queue } from "./device";
import { expect, test } from "./phone";
import { count, ship } from "./work";

type Discrepancy = { kind: string; quantity: string };
const DISCREPANCIES = `select d.kind, d.quantity from discrepancy d
 where d.document_id in (select document_id from stock_move where command_id = $1::uuid)`;

test("19: stock moved between the count and its arrival", async ({ page, signIn, network, books, world }) => {
  await world.receive(await world.purchaseOrder());
  const before = await books.onHand(world.ids.pen, world.place);
  await signIn("keeper");
  await equipped(page);
  await network.down();
  const id = await count(page, world.codes.pen, String(before - 2));
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
