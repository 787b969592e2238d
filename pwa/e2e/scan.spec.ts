/** Codes before a camera and from a hand scanner become the right product and the right line. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page, type WorkerInfo } from "@playwright/test";
import { uuid7 } from "../src/data/uuid";
import { checkDigit } from "../src/scan/gtin";
import { cameraFlags, type Code, film, photo, type View } from "./camera";
import { enter, expect, expectAccessible, test as base, userOf } from "./fixtures";
import { scanner } from "./scanner";
import { shot, speak } from "./screens";
import { served } from "./served";
import { some, words } from "./words";
import type { World } from "./world";

type Goods = Awaited<ReturnType<typeof makeGoods>>;

/** One product with a code of every kind, made for this run. */
async function makeGoods(world: World) {
  const mark = uuid7().slice(-6);
  const digits = String(Number.parseInt(mark, 16) % 10_000_000).padStart(7, "0");
  const withCheck = (body: string) => body + checkDigit(body);
  const ean = withCheck(`69${digits}001`);
  const codes = {
    ean,
    upc: withCheck(`0${digits}111`),
    case: withCheck(`1${ean.slice(0, 12)}`),
    house: `HT-${mark}-A`,
    chinese: `货通商品-${mark}`,
    matrix: `DM/${mark}/7`,
  };
  const id = uuid7();
  const name = `纯牛奶 ${mark}`;
  const twins = { id: uuid7(), name: `酸奶 ${mark}`, code: `TWIN-${mark}` };
  await world.command("saveProducts", {
    records: [
      {
        id,
        sku: `MILK-${mark}`,
        name,
        unitId: world.ids.piece,
        price: "9.9",
        referenceCost: "5",
        units: [{ unitId: world.ids.box, numerator: "12" }],
        barcodes: [
          ...[codes.ean, codes.upc, codes.house, codes.chinese, codes.matrix, twins.code].map((code) => ({ code })),
          { code: codes.case, unitId: world.ids.box },
        ],
      },
      {
        id: twins.id,
        sku: `YOG-${mark}`,
        name: twins.name,
        unitId: world.ids.piece,
        price: "3",
        barcodes: [{ code: twins.code }],
      },
    ],
  });
  const order = async () => {
    const orderId = uuid7();
    const lines = [
      { productId: id, unitId: world.ids.box, quantity: "4", unitPrice: "60" },
      { productId: world.ids.pen, quantity: "100", unitPrice: "0.5" },
    ];
    const { supplier: partnerId } = world.ids;
    await world.command("placePurchaseOrder", { orderId, partnerId, locationId: world.place, lines });
    return orderId;
  };
  return { id, name, mark, codes, twins, order };
}

type Films = { filmed: (code: Code, view: View, look: (page: Page) => Promise<void>) => Promise<void> };
type Known = { goods: Goods; profile: string };

/** Chromium takes its camera's film when it starts, so each film is a start; who is signed in stays so. */
async function start(profile: string, use: WorkerInfo["project"]["use"], flags: readonly string[] = []) {
  const { launchOptions, viewport, hasTouch, locale, colorScheme } = use;
  const context = await chromium.launchPersistentContext(profile, {
    ...launchOptions,
    args: [...(launchOptions?.args ?? []), ...flags],
    baseURL: served().url,
    viewport: viewport ?? null,
    ...(hasTouch && { hasTouch }),
    ...(locale && { locale }),
    ...(colorScheme && { colorScheme }),
    permissions: ["camera"],
  });
  return { context, page: context.pages()[0] ?? (await context.newPage()) };
}

const test = base.extend<Films, Known>({
  goods: [async ({ world }, provide) => provide(await makeGoods(world)), { scope: "worker" }],

  /** The folder of a browser in which somebody is signed in and has all products. */
  profile: [
    async ({ demo, goods }, provide, { project }) => {
      const folder = mkdtempSync(join(tmpdir(), "huotong-film-"));
      const { context, page } = await start(folder, project.use);
      await page.goto("/");
      await enter(page, userOf(demo, "owner"));
      await knows(page, goods);
      await context.close();
      await provide(folder);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
    { scope: "worker" },
  ],

  /** A browser whose camera looks at the code. */
  filmed: async ({ profile }, provide, { project }) => {
    const folder = mkdtempSync(join(tmpdir(), "huotong-film-"));
    let context: BrowserContext | undefined;
    await provide(async (code, view, look) => {
      const file = film(join(folder, "code.mjpeg"), code, view);
      const started = await start(profile, project.use, cameraFlags(file));
      context = started.context;
      const wrong: string[] = [];
      started.page.on("console", (message) => {
        if (message.type() === "error" && !message.text().startsWith("Failed to load")) wrong.push(message.text());
      });
      started.page.on("pageerror", (error) => wrong.push(error.message));
      await look(started.page);
      expect(wrong).toEqual([]);
    });
    await context?.close();
    rmSync(folder, { recursive: true });
  },
});

/** Products come to a new device in a moment: a code that is scanned before is one that nobody has. */
async function knows(page: Page, { name }: { name: string }) {
  await page.goto(`/products?search=${encodeURIComponent(name)}`);
  await expect(page.getByRole("link", { name: new RegExp(name) }).first()).toBeVisible({ timeout: 30_000 });
}

const heading = (page: Page, name: string) => page.getByRole("heading", { level: 2, name });

const BEFORE_THE_CAMERA: [name: string, code: (goods: Goods) => Code, view: View][] = [
  ["EAN-13", ({ codes }) => ({ kind: "ean13", text: codes.ean }), {}],
  [
    "EAN-13, turned, blurred and noisy",
    ({ codes }) => ({ kind: "ean13", text: codes.ean }),
    { turned: 15, blurred: 1, noise: 60 },
  ],
  ["EAN-13, small", ({ codes }) => ({ kind: "ean13", text: codes.ean }), { width: 640, height: 480, fills: 0.45 }],
  ["UPC-A", ({ codes }) => ({ kind: "upca", text: codes.upc }), { turned: 30 }],
  ["Code 128", ({ codes }) => ({ kind: "code128", text: codes.house }), { noise: 60 }],
  ["QR with Chinese", ({ codes }) => ({ kind: "qrcode", text: codes.chinese }), { turned: 30, fills: 0.5 }],
  ["DataMatrix", ({ codes }) => ({ kind: "datamatrix", text: codes.matrix }), { blurred: 2, fills: 0.5 }],
];

for (const [name, code, view] of BEFORE_THE_CAMERA) {
  test(`${name} before the camera shows its product`, async ({ goods, filmed }) => {
    test.slow();
    await filmed(code(goods), view, async (page) => {
      await page.goto("/scan");
      await expect(heading(page, goods.name)).toBeVisible({ timeout: 20_000 });
    });
  });
}

test("GS1 DataMatrix tells lot, expiry and serial besides", async ({ goods, filmed }) => {
  test.slow();
  const text = `(01)0${goods.codes.ean}(17)291200(10)LOT-7(21)S/99`;
  await filmed({ kind: "gs1datamatrix", text }, { turned: 15, fills: 0.6, noise: 40 }, async (page) => {
    await page.goto("/scan");
    await expect(heading(page, goods.name)).toBeVisible({ timeout: 20_000 });
    await expect(page.getByText(words("Lot {lot}"))).toContainText("LOT-7");
    await expect(page.getByText(words("Expires {0}"))).toContainText("2029");
    await expect(page.getByText(words("Serial {serial}"))).toContainText("S/99");
    await expectAccessible(page);
  });
});

test("a case before the camera is a case on its order's line", async ({ goods, filmed }) => {
  test.slow();
  const order = await goods.order();
  const code = { kind: "gs1-128", text: `(01)${goods.codes.case}(10)L1` };
  await filmed(code, { turned: 10, fills: 0.9 }, async (page) => {
    await page.goto(`/purchase-orders/${order}`);
    await page.getByRole("button", { name: words("Scan") }).click();
    const sheet = page.getByRole("dialog");
    const change = sheet.getByRole("button", { name: some("Change the quantity of {0}") });
    await expect(change).toHaveText(/1\s*箱/, { timeout: 20_000 });
    await page.waitForTimeout(2_500); // it stays in the picture: no second scan
    await expect(change).toHaveCount(1);
    await shot(page, "scan-sheet");

    await change.click();
    await sheet.getByRole("button", { name: "3", exact: true }).click();
    await shot(page, "scan-quantity");
    await sheet.getByRole("button", { name: words("Take this quantity") }).click();
    await expect(change).toHaveText(/3\s*箱/);
    await sheet.getByRole("button", { name: /^(Done|完成)/ }).click();
    await expect(page.getByRole("textbox", { name: new RegExp(goods.name) })).toHaveValue("3");
  });
});

test("a hand scanner is heard wherever the cursor is", async ({ page, goods, world, signIn }) => {
  const order = await goods.order();
  await signIn("keeper");
  await knows(page, goods);
  await page.goto(`/purchase-orders/${order}`);
  const milk = page.getByRole("textbox", { name: new RegExp(goods.name) });
  const pens = page.getByRole("textbox", { name: new RegExp(world.names.pen) });
  await expect(milk).toBeVisible();
  await scanner(page, goods.codes.case);
  await expect(milk).toHaveValue("1");
  await pens.fill("40");
  await pens.press("End");
  await scanner(page, `01${goods.codes.case}10LOT1`);
  await expect(milk).toHaveValue("2");
  await expect(pens).toHaveValue("40");
});

test("a scan on the first page opens its product, and one before the lines are there waits for them", async ({
  page,
  goods,
  signIn,
}) => {
  const order = await goods.order();
  await signIn("keeper");
  await knows(page, goods);
  await page.goto("/");
  await page.getByRole("searchbox").focus();
  await scanner(page, goods.codes.ean);
  await expect(heading(page, goods.name)).toBeVisible();
  await page.addInitScript((code) => {
    const scan = () => {
      if (!document.querySelector("main")) return requestAnimationFrame(scan);
      for (const key of [...code, "Enter"])
        document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    };
    requestAnimationFrame(scan);
  }, goods.codes.case);
  await page.goto(`/purchase-orders/${order}`);
  await expect(page.getByRole("textbox", { name: new RegExp(goods.name) })).toHaveValue("1");
});

test("an input method does not swallow a scan", async ({ page, goods, signIn }) => {
  await signIn();
  await knows(page, goods);
  await page.goto("/scan");
  const field = page.getByRole("textbox", { name: /^(Code|条码)$/ });
  await field.fill("ab");
  await page.evaluate((code) => {
    const keys = [...code].map((char) => [
      char,
      /\d/.test(char) ? `Digit${char}` : char === "-" ? "Minus" : `Key${char.toUpperCase()}`,
    ]);
    for (const [char, where] of [...keys, ["", "Enter"]]) {
      const shiftKey = /[A-Z]/.test(char ?? "");
      const options = {
        key: "Process",
        code: where ?? "",
        shiftKey,
        isComposing: true,
        bubbles: true,
        cancelable: true,
      };
      document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", options));
    }
  }, goods.codes.house.toUpperCase());
  await expect(heading(page, goods.name)).toBeVisible();
  await expect(field).toHaveValue("ab");
});

test("one code for two products is asked about, the last choice first", async ({ page, goods, signIn }) => {
  await signIn();
  await knows(page, goods);
  await page.goto("/scan");
  await expect(page.getByRole("textbox", { name: /^(Code|条码)$/ })).toBeVisible();
  for (const first of [true, false]) {
    await scanner(page, goods.twins.code);
    const choices = page.getByRole("status").getByRole("button");
    await expect(choices).toHaveCount(3);
    if (!first) await expect(choices.first()).toHaveText(goods.twins.name);
    await page.getByRole("button", { name: goods.twins.name }).click();
    await expect(heading(page, goods.twins.name)).toBeVisible();
  }
});

test("a code that nobody knows is bound to a product", async ({ page, goods, signIn }) => {
  await signIn();
  await knows(page, goods);
  await page.goto("/scan");
  await expect(page.getByRole("textbox", { name: /^(Code|条码)$/ })).toBeVisible();
  const code = `NEW-${uuid7().slice(-8)}`;
  await scanner(page, code);
  await page.getByRole("button", { name: words("Bind to a product") }).click();
  await page.getByRole("textbox", { name: words("Add a product") }).fill(goods.name);
  await page.getByRole("option", { name: new RegExp(goods.name) }).click();
  await page.getByRole("button", { name: words("Bind") }).click();
  await expect(heading(page, goods.name)).toBeVisible();
  await expect(page.getByText(some("No product has the code {code}."))).toHaveCount(0);
});

test("without a camera there is a photo, and the code by hand", async ({ page, goods, signIn }) => {
  await signIn();
  await knows(page, goods);
  await page.goto("/scan");
  await expect(page.getByText(words("This device has no camera"))).toBeVisible();
  await expectAccessible(page);
  const buffer = photo({ kind: "ean13", text: goods.codes.ean }, { turned: 15 });
  await page.locator("input[type=file]").setInputFiles({ name: "code.jpg", mimeType: "image/jpeg", buffer });
  await expect(heading(page, goods.name)).toBeVisible({ timeout: 15_000 });
  await page.getByRole("textbox", { name: /^(Code|条码)$/ }).fill(goods.codes.upc);
  await page.getByRole("button", { name: words("Take") }).click();
  await expect(page.getByText(goods.name).first()).toBeVisible();
});

test("a photo taken without a network is on the document once there is one", async ({ page, goods, world, signIn }) => {
  const order = await goods.order();
  await signIn("keeper");
  await knows(page, goods);
  await page.goto(`/purchase-orders/${order}`);
  await expect(page.getByText(words("Photos"))).toBeVisible();
  await page.context().setOffline(true);
  const buffer = photo({ kind: "qrcode", text: "broken box" }, { width: 3000, height: 2000, noise: 90 });
  const add = page.locator("input[type=file]");
  await add.setInputFiles({ name: "box.jpg", mimeType: "image/jpeg", buffer });
  const thumbnail = page.getByRole("button", { name: words("Photo {0}, larger") });
  await expect(thumbnail).toBeVisible();
  await expect(page.getByRole("img", { name: words("on its way") }).first()).toBeVisible();
  await page.context().setOffline(false);
  const query = `query ($id: ID!) { photos(first: 5, filter: { documentId: { eq: $id } }) { nodes { size } } }`;
  const kept = async () => {
    const { photos } = await world.graphql<{ photos: { nodes: { size: number }[] } }>(query, { id: order });
    return photos.nodes.map(({ size }) => size > 1_000 && size <= 130_000);
  };
  await expect.poll(kept, { timeout: 20_000 }).toEqual([true]);
  await page.reload();
  const image = thumbnail.locator("img");
  await expect(image).toHaveAttribute("src", /^blob:/, { timeout: 15_000 });
  await expect.poll(() => image.evaluate((shown: HTMLImageElement) => shown.naturalWidth)).toBeGreaterThan(200);
  await expectAccessible(page);
});

for (const language of ["en", "zh-CN"] as const) {
  test(`the page is the same in ${language}`, async ({ goods, filmed }) => {
    test.slow();
    await filmed({ kind: "ean13", text: goods.codes.ean }, {}, async (page) => {
      await page.goto("/");
      await speak(page, language);
      await page.goto("/scan");
      await expect(heading(page, goods.name)).toBeVisible({ timeout: 20_000 });
      await shot(page, "scan");
      await page.getByRole("button", { name: words("Settings for scanning") }).click();
      await expectAccessible(page);
    });
  });
}
