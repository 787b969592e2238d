/** A workbook as people have it comes in: looked at, put right, run, brought again, taken back. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { Locator, Page } from "@playwright/test";
import { uuid7 } from "../src/data/uuid";
import { expect, expectAccessible, test } from "./fixtures";
import { equipped } from "./offline/device";
import { shot } from "./screens";
import { some, words } from "./words";
import type { World } from "./world";

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, "../..");
const WRITE = `
import json, sys
import xlsxwriter
book = xlsxwriter.Workbook(sys.argv[1])
for name, rows in json.loads(sys.argv[2]).items():
    sheet = book.add_worksheet(name)
    for line, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write(line, column, cell)
book.close()`;

type Sheets = Record<string, (string | number)[][]>;

/** Units are called by words, or "3箱5个" would not say where the next number begins. */
const unitOf = (mark: string) => mark.replaceAll(/\d/g, (digit) => "甲乙丙丁戊己庚辛壬癸".charAt(Number(digit)));

/** Goods that come in cases of 12. */
async function makeGoods({ command }: World, mark: string) {
  const [piece, box] = [uuid7(), uuid7()];
  await command("saveUnits", {
    records: [
      { id: piece, name: `个${unitOf(mark)}` },
      { id: box, name: `箱${unitOf(mark)}` },
    ],
  });
  const units = [{ unitId: box, numerator: "12" }];
  await command("saveProducts", {
    records: [{ id: uuid7(), sku: `T-${mark}`, name: `茶杯${mark}`, unitId: piece, units }],
  });
}

/** Three sheets, each with its title and its totals. */
function sheetsOf({ names }: World, mark: string): Sheets {
  return {
    商品: [
      ["商品资料"],
      [],
      ["货号", "品名", "规格", "单位", "分类", "零售价", "条码", "备用"],
      [`L-${mark}`, "绿茶", "500ml", names.piece, "饮料/茶", "12.50", "", "a"],
      [`H-${mark}`, "红茶", "500ml", names.piece, "饮料/茶", "￥8.00", "", "b"],
      [`K-${mark}`, "花茶", "250ml", names.piece, "饮料/茶", 3, "6.9E+12", "c"],
      ["合计", "", "", "", "", 23.5, "", ""],
    ],
    客户: [
      ["客户资料"],
      ["客户编码", "客户名称", "联系人", "手机"],
      [`A-${mark}`, `林记（上海）贸易${mark}有限公司`, "林", "13800000001"],
      [`B-${mark}`, `林记(上海)贸易${mark}`, "林", "13800000001"],
    ],
    期初: [
      ["期初库存"],
      ["货号", "期初数量", "仓库"],
      [`T-${mark}`, `3箱${unitOf(mark)}5个${unitOf(mark)}`, names.warehouse],
      ["合计", 1, ""],
    ],
  };
}

async function workbook(world: World, mark: string): Promise<string> {
  const path = test.info().outputPath(`资料-${mark}.xlsx`);
  await run(join(ROOT, ".venv/bin/python"), ["-c", WRITE, path, JSON.stringify(sheetsOf(world, mark))]);
  return path;
}

const main = (page: Page): Locator => page.locator("[data-main-action]");

/** From the list of imports to the columns of one sheet. */
async function bringIn(page: Page, path: string, sheet: string, column: string, field: string) {
  await page.goto("/imports");
  await page.locator("input[type=file]").setInputFiles(path);
  const which = page.getByLabel(words("Sheet"));
  await expect(which).toBeVisible({ timeout: 60_000 });
  await which.selectOption(sheet);
  await expect(page.getByLabel(words("Field of column {heading}")).and(page.getByLabel(column))).toHaveValue(field, {
    timeout: 60_000,
  });
}

async function check(page: Page) {
  await main(page).click();
  await expect(page.getByRole("heading", { name: words("Rows to look at") })).toBeVisible({ timeout: 60_000 });
}

const row = (page: Page, line: number): Locator =>
  page
    .getByRole("list", { name: words("Rows") })
    .getByRole("listitem")
    .filter({ hasText: new RegExp(`(Row|第) ?${line}(?!\\d)`) });

async function skus({ graphql }: World, mark: string): Promise<string[]> {
  const { products } = await graphql<{ products: { nodes: { sku: string }[] } }>(
    `
      query ($search: String!) {
        products(first: 20, filter: { sku: { contains: $search } }) {
          nodes {
            sku
          }
        }
      }
    `,
    { search: mark },
  );
  return products.nodes.map(({ sku }) => sku).toSorted();
}

test.describe.configure({ timeout: 180_000 });

test("a workbook comes in once, and goes again", async ({ page, signIn, world }) => {
  const mark = `W${Date.now().toString(36)}`;
  const path = await workbook(world, mark);
  await signIn();
  await bringIn(page, path, "商品", "货号", "sku");
  await expect(page.getByLabel("备用")).toHaveValue("");
  await shot(page, "import-columns");

  await check(page);
  const broken = row(page, 6);
  await expect(broken).toContainText(
    some("A spreadsheet has destroyed this barcode (6.9E+12). Format the column as text and enter the digits again."),
  );
  await expect(page.getByText(some("Rows that are no data were left out: {list}."))).toContainText(
    /1 (title|行标题).+1 (total|行合计)/,
  );
  await shot(page, "import-checked");
  expect(await skus(world, mark)).toEqual([]);

  await broken.getByRole("textbox", { name: words("Barcode") }).fill("6901234567892");
  await page
    .getByRole("button", { name: words("{0, plural, one {Check # corrected row} other {Check # corrected rows}}") })
    .click();
  await expect(main(page)).toHaveText(/3/, { timeout: 60_000 });
  await expect(main(page)).toBeEnabled();
  await main(page).click();
  await expect(page.getByRole("button", { name: words("Undo the import") })).toBeEnabled({ timeout: 60_000 });
  await expect(page.getByRole("status").filter({ hasText: /3/ }).first()).toBeVisible();
  await shot(page, "import-done");
  const all = ["H", "K", "L"].map((letter) => `${letter}-${mark}`);
  expect(await skus(world, mark)).toEqual(all);
  const first = page.url();

  await bringIn(page, path, "商品", "货号", "sku");
  await check(page);
  await expect(
    page.getByText(words("Nothing can come in as it is. Correct rows above, or bring in a corrected file.")),
  ).toBeVisible();
  expect(await skus(world, mark)).toEqual(all);

  await page.goto(first);
  await page.getByRole("button", { name: words("Undo the import") }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText(/3/);
  await expectAccessible(page);
  await dialog.getByRole("button", { name: words("Take it back") }).click();
  await expect(
    page.getByText(words("Everything that this file brought in was taken back. The company is as it was before.")),
  ).toBeVisible({ timeout: 60_000 });
  await shot(page, "import-undone");
  expect(await skus(world, mark)).toEqual([]);
});

test("units that nobody knows yet are made on the way", async ({ page, signIn, world }) => {
  const mark = `U${Date.now().toString(36)}`;
  const [bundle, weight] = [`扎${unitOf(mark)}`, `袋${unitOf(mark)}`];
  const text = `货号,品名,单位\nA-${mark},大葱,${bundle}\nB-${mark},大蒜,${weight}\nC-${mark},生姜,${bundle}\n`;
  const path = test.info().outputPath(`蔬菜-${mark}.csv`);
  await writeFile(path, text);
  await signIn();
  await page.goto("/imports");
  await page.locator("input[type=file]").setInputFiles(path);
  await expect(page.getByLabel(words("Field of column {heading}")).last()).toHaveValue("unit", { timeout: 60_000 });
  await check(page);
  const units = page.getByRole("region", { name: words("New units") });
  await expect(units.getByRole("listitem")).toHaveText([new RegExp(bundle), new RegExp(weight)]);
  await units.getByLabel(words("Decimals of {name}")).last().selectOption("3");
  await shot(page, "import-units");
  await units.getByRole("button").click();
  await expect(units).toHaveCount(0, { timeout: 60_000 });
  await expect(main(page)).toHaveText(/3/, { timeout: 60_000 });
  await main(page).click();
  await expect(page.getByRole("button", { name: words("Undo the import") })).toBeEnabled({ timeout: 60_000 });
  expect(await skus(world, mark)).toEqual(["A", "B", "C"].map((letter) => `${letter}-${mark}`));
  const { units: all } = await world.graphql<{ units: { name: string; decimals: number }[] }>(
    "{ units { name decimals } }",
    {},
  );
  const made = all.filter(({ name }) => name.endsWith(unitOf(mark)));
  expect(new Map(made.map(({ name, decimals }) => [name, decimals]))).toEqual(
    new Map([
      [bundle, 0],
      [weight, 3],
    ]),
  );
});

test("a customer spelled twice is asked about, and cases are counted", async ({ page, signIn, world }) => {
  const mark = `X${Date.now().toString(36)}`;
  await makeGoods(world, mark);
  const path = await workbook(world, mark);
  await signIn();
  await bringIn(page, path, "客户", "客户编码", "code");
  await check(page);
  await expect(row(page, 4)).toContainText(
    some("Maybe the same as row {0} of this file ({1}). Leave one of them out if it is."),
  );
  await shot(page, "import-duplicates");
  await row(page, 4)
    .getByRole("button", { name: words("Leave this row out") })
    .click();
  await expect(row(page, 4)).toContainText(some("You said: leave it out."), { timeout: 60_000 });
  await expect(row(page, 4)).toContainText(some("You have left this row out."));
  await row(page, 4)
    .getByRole("button", { name: words("Another one") })
    .click();
  await expect(row(page, 4)).toContainText(some("You said: another one."), { timeout: 60_000 });

  await bringIn(page, path, "期初", "期初数量", "quantity");
  await check(page);
  await expect(main(page)).toHaveText(/1/);
});

test("says why a file cannot be read, and that it needs the network", async ({ page, signIn, context }) => {
  await signIn();
  await page.goto("/imports");
  await shot(page, "imports-begin");
  await page
    .locator("input[type=file]")
    .setInputFiles({ name: "a.xlsx", mimeType: "", buffer: Buffer.from([1, 0, 2]) });
  await expect(page.getByRole("alert")).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole("link", { name: words("Bring in another file") })).toBeVisible();
  await expectAccessible(page);
  await equipped(page);
  await page.goto("/imports");
  await context.setOffline(true);
  await page
    .locator("input[type=file]")
    .setInputFiles({ name: "a.csv", mimeType: "", buffer: Buffer.from("a,b\n1,2") });
  await expect(page.getByText(words("Importing needs the network: files are read on the server."))).toBeVisible();
  await context.setOffline(false);
});

test("is not for everybody", async ({ page, signIn }) => {
  await signIn("keeper");
  await page.goto("/imports");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.locator("input[type=file]")).toHaveCount(0);
  await expect(page.getByRole("link", { name: words("Imports") })).toHaveCount(0);
});
