/** Every page of the app in both languages: reached by its address, at rest, accessible, and left as a picture. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { uuid7 } from "../src/data/uuid";
import { expect, test } from "./fixtures";
import { shot, speak } from "./screens";
import type { World } from "./world";

/** By the pattern of the route: what to call its picture, and an address of it. */
const SCREENS: Record<string, [name: string, address: (made: Made) => string]> = {
  "/": ["home", () => "/"],
  "/new": ["new", () => "/new"],
  "/me": ["me", () => "/me"],
  "/queue": ["sync", () => "/queue"],
  "/waiting-calls": ["waiting-calls", () => "/waiting-calls"],
  "/devices": ["devices", () => "/devices"],
  "/jobs": ["jobs", () => "/jobs"],
  "/imports": ["imports", () => "/imports"],
  "/imports/:id": ["import-elsewhere", ({ world }) => `/imports/${world.ids.cup}`],
  "/checks": ["checks", () => "/checks"],
  "/discrepancies": ["discrepancies", () => "/discrepancies?state=all"],
  "/periods": ["periods", () => "/periods"],
  "/units": ["units", () => "/units"],
  "/log": ["log", () => "/log"],
  "/log/:id": ["log-entry", ({ entry }) => `/log/${entry}`],
  "/scan": ["scan", () => "/scan"],
  "/slip": ["slip", () => "/slip"],
  "/products": ["products", () => "/products"],
  "/products/:id": ["product", ({ world }) => `/products/${world.ids.cup}`],
  "/counts": ["counts", () => "/counts"],
  "/counts/new": ["count-new", () => "/counts/new"],
  "/counts/:id": ["count-elsewhere", ({ world }) => `/counts/${world.ids.cup}`],
  "/transfers": ["transfers", () => "/transfers"],
  "/transfers/new": ["transfer-new", () => "/transfers/new"],
  "/transfers/:id": ["transfer", ({ transfer }) => `/transfers/${transfer}`],
  "/adjust": ["adjust", () => "/adjust"],
  "/purchase-orders": ["purchase-orders", () => "/purchase-orders"],
  "/purchase-orders/:id": ["purchase-order", ({ purchaseOrder }) => `/purchase-orders/${purchaseOrder}`],
  "/receive/blind": ["blind-receipt", () => "/receive/blind"],
  "/returns/new": ["return", () => "/returns/new"],
  "/sales-orders": ["sales-orders", () => "/sales-orders?state=all"],
  "/sales-orders/:id": ["sales-order", ({ salesOrder }) => `/sales-orders/${salesOrder}`],
  "": ["no-such-page", () => "/no-such-page"],
};

type Made = { world: World; purchaseOrder: string; salesOrder: string; transfer: string; entry: string };

test("no page is left out here", () => {
  const routes = readFileSync(resolve(import.meta.dirname, "../src/app/routes.tsx"), "utf8");
  const patterns = [...routes.matchAll(/<Route path="([^"]*)"/g)].map(([, pattern]) => pattern);
  expect(Object.keys(SCREENS).toSorted()).toEqual([...patterns, ""].toSorted());
});

for (const language of ["zh-CN", "en"] as const) {
  test(`every page in ${language}`, async ({ page, signIn, world }) => {
    test.setTimeout(300_000);
    await world.receive(await world.purchaseOrder());
    await world.command("exportList", { jobId: uuid7(), list: "partners" });
    const made: Made = {
      world,
      purchaseOrder: await world.purchaseOrder(),
      salesOrder: await world.salesOrder([{ productId: world.ids.pen, quantity: "10" }]),
      transfer: await world.transfer("3"),
      entry: await world.logged("inventory.send_transfer"),
    };
    await signIn();
    await speak(page, language);
    for (const [pattern, [name, address]] of Object.entries(SCREENS)) {
      await test.step(pattern, async () => {
        await page.goto(address(made));
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        await shot(page, name);
      });
    }
  });
}
