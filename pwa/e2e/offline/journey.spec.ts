/** A day behind a steel door: everything without a network, then all of it booked once. */
import { emptied, equipped, past, queue } from "./device";
import { enter, expect, test, userOf } from "./phone";
import { count, keptHere, openOrder, receive, scan, ship } from "./work";

test("signs in, works without the server through a reload and a killed browser, and comes back", async ({
  phone,
  demo,
  network,
  books,
  world,
}) => {
  test.setTimeout(120_000);
  const purchase = await world.purchaseOrder();
  await world.receive(await world.purchaseOrder()); // 100 pens are here
  const sale = await world.confirmedOrder([{ productId: world.ids.pen, quantity: "10" }]);
  const pens = await books.onHand(world.ids.pen, world.place);
  const cups = await books.onHand(world.ids.cup, world.place);
  let page = await phone.start();
  await page.goto("/");
  await enter(page, userOf(demo, "keeper"));
  await equipped(page);
  await phone.close();

  await network.down();
  page = await phone.start();
  await page.goto("/products");
  await page.getByRole("searchbox").fill(world.codes.cup.slice(-6));
  await expect(page.getByRole("link").filter({ hasText: world.names.pen })).toBeHidden(); // the search has answered
  await page.getByRole("link").filter({ hasText: world.names.cup }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(world.names.cup);

  await openOrder(page, purchase);
  await scan(page, world.codes.boxOfCups);
  await expect(page.getByLabel(world.names.cup)).toHaveValue("1");
  const received = await receive(page, world, purchase, { cups: "1", pens: "40" });
  await expect(page.getByText(keptHere)).toBeVisible();
  const shipped = await ship(page, world, sale, "4");
  await page.reload();
  const counted = await count(page, world, world.codes.pen, String(pens + 40 - 4 - 1)); // one is missing
  const ids = [received, shipped, counted];
  await phone.kill();

  page = await phone.start();
  await page.goto("/");
  expect((await queue(page)).map(({ id }) => id)).toEqual(ids);
  for (const id of ids) expect(await books.applied(id)).toMatchObject({ logged: 0, moves: 0 });
  await network.up();
  await emptied(page, 60_000);

  expect((await past(page)).map(({ id, ending }) => [id, ending])).toEqual(ids.map((id) => [id, "done"]));
  expect(await books.applied(received)).toEqual({ logged: 1, moves: 2, documents: 1 });
  expect(await books.applied(shipped)).toEqual({ logged: 1, moves: 1, documents: 1 });
  expect(await books.applied(counted)).toEqual({ logged: 1, moves: 1, documents: 1 });
  expect(await books.onHand(world.ids.cup, world.place)).toBe(cups + 12);
  expect(await books.onHand(world.ids.pen, world.place)).toBe(pens + 40 - 4 - 1);
});
