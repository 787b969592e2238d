/** Sessions that end while work waits: the work stays its author's, and nobody else's. */
import type { Page } from "@playwright/test";
import { served } from "../served";
import { words } from "../words";
import { huotong } from "./company";
import { cached, databases, emptied, equipped, fact, queue } from "./device";
import { enter, expect, test, userOf } from "./phone";
import { booked, confirmReceipt, fillIn, made, openOrder, receive } from "./work";

const once = { logged: 1, moves: 1, documents: 1 };
const UNAUTHORIZED = '{"error":"invalid_token","error_description":"The token is not ours, or no longer good."}';

/** Refresh tokens of this person are as old as they may not be. */
const LONG_AGO = `update control.session s set rotated_at = now() - interval '60 days'
 from control.membership m, control.account a
 where m.id = s.membership_id and a.id = m.account_id and a.email = $1`;

const pens = { pens: "7" };

test("9: the access token has expired", async ({ page, signIn, network, books, world }) => {
  const order = await world.purchaseOrder();
  await signIn("keeper");
  await equipped(page);
  await openOrder(page, order);
  const renewals = async () => (await network.seen(/^\/oauth\/token/)).length;
  const before = await renewals();
  await network.faults({
    path: "^/sync/push",
    times: 1,
    do: "answer",
    status: 401,
    type: "application/json",
    body: UNAUTHORIZED,
  });
  await fillIn(page, world, { pens: "7" });
  const [id = ""] = await made(page, 1, () => page.getByRole("button", { name: confirmReceipt }).click());
  await emptied(page);
  await expect(page.getByText(booked)).toBeVisible();
  expect((await renewals()) - before).toBe(1);
  expect(await books.applied(id)).toEqual(once);
});

test("10: the answer to a refresh is lost", async ({ page, signIn, network, books, world }) => {
  const order = await world.purchaseOrder();
  await signIn("keeper");
  await equipped(page);
  await network.down();
  const id = await receive(page, world, order, pens);
  await network.faults({ path: "^/oauth/token", do: "lose", times: 1 });
  await network.up();
  await emptied(page, 40_000);
  expect((await network.seen(/^\/oauth\/token/)).filter(({ answered }) => answered === 200).length).toBeGreaterThan(1);
  expect(await books.applied(id)).toEqual(once);
  await expect(
    page
      .getByRole("navigation")
      .or(page.getByRole("button", { name: confirmReceipt }))
      .first(),
  ).toBeVisible();
});

test("10: a refresh token that was used before ends the session, not the work", async ({
  page,
  context,
  signIn,
  demo,
  network,
  books,
  world,
}) => {
  const order = await world.purchaseOrder();
  await signIn("keeper");
  await equipped(page);
  const stolen = await context.cookies();
  await page.reload(); // the next token, and the one after it
  await equipped(page);
  await page.reload();
  await equipped(page);
  await network.down();
  const id = await receive(page, world, order, pens);
  await context.addCookies(stolen);
  await network.up();
  await signInAgain(page, userOf(demo, "keeper"));
  await emptied(page, 40_000);
  expect(await books.applied(id)).toEqual(once);
});

test("11: the session has been dead for days, and the same person signs in again", async ({
  page,
  signIn,
  demo,
  network,
  books,
  world,
}) => {
  const order = await world.purchaseOrder();
  const keeper = userOf(demo, "keeper");
  await signIn("keeper");
  await equipped(page);
  await network.down();
  const first = await receive(page, world, order, pens);
  await books.change(LONG_AGO, keeper.email);
  await network.up();
  await page.reload();
  await expect(signInHere(page)).toBeVisible();
  expect(await books.applied(first)).toMatchObject({ logged: 0 });

  const second = await receive(page, world, order, pens); // work goes on
  await page.reload();
  expect((await queue(page)).map(({ id }) => id)).toEqual([first, second]);
  await signInAgain(page, keeper);
  await emptied(page, 40_000);
  for (const id of [first, second]) expect(await books.applied(id)).toEqual(once);
});

for (const [who, userFor] of [
  ["somebody else", (demo: Demo) => userOf(demo, "sales")],
  ["somebody of another company", (demo: Demo) => userOf({ tenants: demo.tenants.slice(1) }, "keeper")],
] as const) {
  test(`12: ${who} signs in on the same phone`, async ({ page, signIn, demo, network, books, world }) => {
    const order = await world.purchaseOrder();
    const keeper = userOf(demo, "keeper");
    await signIn("keeper");
    await equipped(page);
    await network.down();
    const id = await receive(page, world, order, pens);
    await books.change(LONG_AGO, keeper.email);
    await network.up();
    await signInAgain(page, userFor(demo));
    await expect.poll(() => databases(page)).toHaveLength(2);
    await expect.poll(async () => (await network.seen(/^\/sync\/(pull|snapshot)/)).length).toBeGreaterThan(0);
    await page.reload();
    await expect(page.getByRole("navigation")).toBeVisible();
    expect((await network.seen(/^\/sync\/push/)).filter(({ body }) => body.includes(id))).toEqual([]);
    expect(await books.applied(id)).toMatchObject({ logged: 0 });
    expect((await queue(page)).map((call) => call.id)).toEqual([id]);

    await books.change(LONG_AGO, userFor(demo).email);
    await signInAgain(page, keeper);
    await emptied(page, 40_000);
    expect(await books.applied(id)).toEqual(once);
  });
}

test("13: the right is taken away while the phone is offline", async ({
  page,
  signIn,
  demo,
  network,
  books,
  world,
}) => {
  const data = served().own?.data ?? "";
  const { slug = "" } = demo.tenants[0] ?? {};
  const { email } = userOf(demo, "buyer");
  const order = await world.purchaseOrder();
  await signIn("buyer");
  await equipped(page);
  expect(await fact<string[]>(page, "holds")).toContain("product_cost@common");
  await network.down();
  const id = await receive(page, world, order, pens);
  await huotong(data, ["users", "grant", email, "--role", "sales", "--company", slug]);
  await huotong(data, ["users", "revoke", email, "--role", "buyer", "--company", slug]);
  try {
    await network.up();
    await page.reload();
    await expect
      .poll(async () => (await queue(page)).map((call) => [call.id, call.state]), { timeout: 40_000 })
      .toEqual([[id, "review"]]);
    await expect.poll(() => fact<string[]>(page, "holds"), { timeout: 20_000 }).not.toContain("product_cost@common");
    expect(await books.applied(id)).toMatchObject({ logged: 0, moves: 0 });
    await world.command("acceptCall", { callId: id, note: "It is on the shelf" });
    await emptied(page, 70_000);
    expect(await books.applied(id)).toEqual(once);
  } finally {
    await huotong(data, ["users", "grant", email, "--role", "buyer", "--company", slug]);
    await huotong(data, ["users", "revoke", email, "--role", "sales", "--company", slug]);
  }
});

test("13: the warehouse is taken away while the phone is offline", async ({
  page,
  signIn,
  demo,
  network,
  books,
  world,
}) => {
  const { email } = userOf(demo, "buyer");
  const elsewhere = await world.warehouse();
  const order = await world.purchaseOrder();
  const bind = (warehouses: string) =>
    books.change(
      `update control.binding b set warehouses = ${warehouses} from control.membership m, control.account a
        where m.id = b.membership_id and a.id = m.account_id and a.email = $1;
       update setting set access_epoch = access_epoch + 1`,
      email,
    );
  await signIn("buyer");
  await equipped(page);
  expect(await fact<string[]>(page, "holds")).toContain(`stock@w:${world.ids.warehouse}`);
  await network.down();
  const id = await receive(page, world, order, pens);
  await bind(`array['${elsewhere}'::uuid]`);
  try {
    await network.up();
    await page.reload();
    await expect
      .poll(async () => (await queue(page)).map((call) => [call.id, call.state]), { timeout: 40_000 })
      .toEqual([[id, "review"]]);
    await expect.poll(() => fact<string[]>(page, "holds")).not.toContain(`stock@w:${world.ids.warehouse}`);
    expect(await fact<string[]>(page, "holds")).toContain(`stock@w:${elsewhere}`);
    expect(await books.applied(id)).toMatchObject({ logged: 0, moves: 0 });
    await world.command("acceptCall", { callId: id, note: "It is on the shelf" });
    await emptied(page, 70_000);
    expect(await books.applied(id)).toEqual(once);
  } finally {
    await bind("null");
  }
});

test("20: a device that is reported lost hands over what waits on it and forgets everything", async ({
  page,
  signIn,
  network,
  books,
  world,
}) => {
  const order = await world.purchaseOrder();
  await signIn("keeper");
  await equipped(page);
  await network.down();
  const id = await receive(page, world, order, pens);
  await world.loseDevices("Keeper");
  await network.up();
  await page.reload();
  await expect.poll(() => databases(page), { timeout: 40_000 }).toEqual([]);
  expect(await cached(page)).toEqual([]);
  expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
  await expect(page.getByRole("button", { name: /^(Sign in|登录)$/ })).toBeVisible();
  expect(await books.applied(id)).toMatchObject({ logged: 0, moves: 0 });
  expect(await books.rows("select status from waiting_call where id = $1::uuid", id)).toEqual([{ status: "waiting" }]);
  await world.command("acceptCall", { callId: id, note: "It is on the shelf" });
  await expect.poll(() => books.applied(id)).toEqual(once);
});

test("20: signing out with work that waits: it stays on the phone, and is its author's", async ({
  page,
  signIn,
  demo,
  network,
  books,
  world,
}) => {
  const order = await world.purchaseOrder();
  await signIn("keeper");
  await equipped(page);
  await network.faults({ path: "^/sync/push", do: "refuse" });
  const id = await receive(page, world, order, pens);
  const signOut = async (how: string) => {
    await page.goto("/me");
    await page.getByRole("button", { name: words("Sign out") }).click();
    await page.getByRole("button", { name: words(how) }).click();
  };
  await signOut("Send everything, then sign out");
  await expect(page.getByRole("alert")).toBeVisible({ timeout: 30_000 }); // it could not be sent: nobody is signed out
  await signOut("Sign out; it waits here until I am back");
  await expect(page.getByRole("button", { name: /^(Sign in|登录)$/ })).toBeVisible({ timeout: 20_000 });
  await network.faults();
  await page.reload();
  expect(await books.applied(id)).toMatchObject({ logged: 0 });
  expect((await queue(page)).map((call) => call.id)).toEqual([id]);

  await signInAgain(page, userOf(demo, "keeper"));
  await emptied(page, 40_000);
  await page.goto("/me");
  await page.getByRole("button", { name: words("Sign out") }).click();
  await expect(page.getByRole("button", { name: /^(Sign in|登录)$/ })).toBeVisible({ timeout: 20_000 });
  expect(await books.applied(id)).toEqual(once);
  await expect.poll(() => databases(page)).toEqual([]);
});

type Demo = Parameters<typeof userOf>[0];

const signInHere = (page: Page) => page.getByRole("button", { name: /^(Sign in|Sign in here|登录|在这里登录)$/ });

async function signInAgain(page: Page, user: ReturnType<typeof userOf>) {
  await page.goto("/");
  await enter(page, user, signInHere(page));
  await equipped(page);
}
