/** What the browser keeps: replaced, updated, full, gone. The queue is touched by none of it. */
import { expectAccessible } from "../fixtures";
import { served } from "../served";
import { words } from "../words";
import { emptied, equipped, fact, holdsProduct, queue } from "./device";
import { expect, test } from "./phone";
import { confirmReceipt, receive } from "./work";

const NO_ROOM = words(
  "There is no room left on this device, so stock and orders are no longer brought up to date. Remove photos or apps, then open Huotong again. What waits to be sent is safe.",
);
const once = { logged: 1, moves: 1, documents: 1 };

test("14: the cursor is too old, and work is waiting", async ({ page, signIn, network, books, world }) => {
  const order = await world.purchaseOrder();
  await signIn("keeper");
  await equipped(page);
  await network.down();
  const id = await receive(page, world, order, { pens: "7" });
  const before = await fact<string>(page, "cursor");
  await books.change("update feed_head set last = last + 1, pruned = last + 1"); // as if ninety days had passed
  await network.faults({ path: "^/sync/push", do: "refuse" });
  const snapshots = async () => (await network.seen(/^\/sync\/snapshot$/)).length;
  const loaded = await snapshots();
  await network.up();
  await expect.poll(snapshots, { message: "a new snapshot", timeout: 40_000 }).toBeGreaterThan(loaded);
  await expect.poll(() => fact(page, "cursor"), { timeout: 20_000 }).not.toBe(before);
  expect((await queue(page)).map((call) => call.id)).toEqual([id]);
  await network.faults();
  await emptied(page, 40_000);
  expect(await books.applied(id)).toEqual(once);
});

test("15: the rows of this version are not spoken any more: work is still sent", async ({
  page,
  signIn,
  network,
  books,
  world,
}) => {
  const order = await world.purchaseOrder();
  await signIn("keeper");
  await equipped(page);
  await network.faults({
    path: "^/sync/pull",
    do: "answer",
    status: 400,
    type: "application/json",
    body: '{"error":"upgrade_required"}',
  });
  const id = await receive(page, world, order, { pens: "7" });
  await expect.poll(() => books.applied(id), { timeout: 20_000 }).toEqual(once);
  await expect.poll(async () => (await queue(page)).map(({ state }) => state)).toEqual(["accepted"]); // and still shown
  await network.faults();
  await page.reload();
  await emptied(page, 40_000);
});

test("15: a new version comes while work is waiting", async ({ page, signIn, network, books, world }) => {
  const order = await world.purchaseOrder();
  await signIn("keeper");
  await equipped(page);
  const worker = await (await page.request.get("/sw.js")).text();
  await network.faults(
    { path: "^/sync/", do: "refuse" },
    { path: "^/sw\\.js", do: "answer", status: 200, type: "text/javascript", body: `${worker}\n// the next one` },
    // a chunk of the version that runs: the new server does not have it any more
    { path: "^/assets/", do: "answer", status: 404, type: "application/json", body: '{"error":"Not Found"}' },
  );
  const id = await receive(page, world, order, { pens: "7" });
  await page.evaluate(async () => void (await (await navigator.serviceWorker.getRegistration())?.update()));
  const loaded = await page.evaluate(() => performance.timeOrigin);
  const update = page.getByRole("button", { name: /^(Update now|Update|立即更新|更新)$/ });
  await expect(update).toBeVisible({ timeout: 20_000 });
  expect(await page.evaluate(() => performance.timeOrigin)).toBe(loaded); // nobody was reloaded against his will
  await page.goto("/products"); // a lazy chunk, from the cache of the version that runs
  await expect(page.getByRole("searchbox")).toBeVisible();
  await Promise.all([page.waitForEvent("load"), update.click()]);
  expect((await queue(page)).map((call) => call.id)).toEqual([id]);
  await network.faults();
  await emptied(page, 40_000);
  expect(await books.applied(id)).toEqual(once);
});

test("16: there is no room when the app comes to the device: it says so, and goes on when there is", async ({
  page,
  baseURL,
  signIn,
  world,
}) => {
  const order = await world.purchaseOrder();
  await page.goto("/");
  const tools = await page.context().newCDPSession(page);
  const origin = new URL(baseURL ?? "").origin;
  await tools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1 });
  await signIn("keeper");
  await page.goto(`/purchase-orders/${order}`);
  await expect(page.getByRole("alert").getByText(NO_ROOM)).toBeVisible({ timeout: 20_000 });
  await expect(page.getByRole("status", { name: /^(Loading|正在加载)$/ })).toHaveCount(0);
  await expectAccessible(page);
  await tools.send("Storage.overrideQuotaForOrigin", { origin });
  await page.getByRole("button", { name: words("Reload") }).click();
  await expect(page.getByRole("button", { name: confirmReceipt })).toBeVisible({ timeout: 20_000 });
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("16: the browser has thrown everything away", async ({ page, signIn, network, world }) => {
  await signIn("keeper");
  await equipped(page);
  await page.goto("about:blank");
  const tools = await page.context().newCDPSession(page);
  const { origin } = new URL(served().url);
  await tools.send("Storage.clearDataForOrigin", {
    origin,
    storageTypes: "indexeddb,cache_storage,service_workers,local_storage",
  });
  await network.reset();
  await page.goto("/products");
  await equipped(page);
  expect(await holdsProduct(page, world.ids.cup)).toBe(true);
  await page.getByRole("searchbox").fill(world.codes.cup.slice(-6));
  await expect(page.getByRole("link").filter({ hasText: world.names.cup })).toBeVisible();
});
