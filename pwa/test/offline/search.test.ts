import "fake-indexeddb/auto";
import * as fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { hashOf, type PackKey, packKey } from "../../src/offline/keys";
import { canonical, fold, ProductIndex, type ProductOrder } from "../../src/offline/search";
import { Shelf } from "../../src/offline/shelf";
import type { ProductRow } from "../../src/offline/types";
import { freshDevice, idOf } from "./device";

let made = 0;

function product(fields: Partial<ProductRow> & { codes?: string[] }): ProductRow {
  const { codes = [], ...rest } = fields;
  return {
    id: idOf(++made),
    sku: `S${made}`,
    name: "",
    spec: "",
    kind: "GOODS",
    active: true,
    unitId: idOf(0),
    units: [],
    barcodes: codes.map((code) => ({ code, unitId: null })),
    py: "",
    pyf: "",
    ...rest,
  };
}

function indexOf(rows: readonly ProductRow[]): ProductIndex {
  const index = new ProductIndex();
  const packs = new Map<PackKey, ProductRow[]>();
  for (const row of rows) {
    const key = packKey("product@common", hashOf("product", row.id));
    packs.set(key, [...(packs.get(key) ?? []), row]);
  }
  for (const [key, some] of packs) index.put(key, some);
  return index;
}

const skus = (rows: readonly ProductRow[]) => rows.map(({ sku }) => sku);

const CUP = product({
  sku: "CUP-500",
  name: "不锈钢水杯",
  spec: "500ml",
  py: "bxgsb",
  pyf: "buxiugangshuibei",
  codes: ["6901234567892"],
});
const PAN = product({
  sku: "PAN-24",
  name: "不锈钢炒锅",
  spec: "24cm",
  py: "bxgcg",
  pyf: "buxiugangchaoguo",
  codes: ["6909876543215"],
});
const HOTPOT = product({
  sku: "HP-1",
  name: "重庆火锅底料",
  spec: "400g",
  py: "cqhgdl",
  pyf: "chongqinghuoguodiliao",
  codes: ["012345678905"],
});
const CAFE = product({ sku: "ＣＡＦ－１", name: "Café crème", spec: "1 kg" });
const goods = [CUP, PAN, HOTPOT, CAFE];

describe("searching", () => {
  const index = indexOf(goods);

  test.each([
    ["initials", "bxgsb", ["CUP-500"]],
    ["full pinyin", "chongqing", ["HP-1"]],
    ["full pinyin in parts", "bu xiu gang", ["CUP-500", "PAN-24"]],
    ["a part of a name", "锈钢", ["CUP-500", "PAN-24"]],
    ["all terms, in any order", "500 水杯", ["CUP-500"]],
    ["terms that no product has together", "500 炒锅", []],
    ["a barcode", "6901234567892", ["CUP-500"]],
    ["the last digits of a barcode", "7892", ["CUP-500"]],
    ["another case", "cup", ["CUP-500"]],
    ["full width where the product has half, and the other way round", "ＣＵＰ", ["CUP-500"]],
    ["half width", "caf-1", ["ＣＡＦ－１"]],
    ["no accents", "cafe creme", ["ＣＡＦ－１"]],
    ["nothing that is there", "电视", []],
  ])("by %s", (_, text, found) => {
    expect(skus(index.search(text, 10))).toEqual(found);
  });

  test("puts the whole field first, then its beginning, then the rest; each by SKU", () => {
    const rows = [
      product({ sku: "1", name: "red tea" }),
      product({ sku: "2", name: "tea" }),
      product({ sku: "3", name: "tea pot" }),
      product({ sku: "4", name: "green tea" }),
      product({ sku: "5", name: "teabag" }),
      product({ sku: "0", name: "tea", active: false }),
    ];
    expect(skus(indexOf(rows).search("tea", 10))).toEqual(["2", "0", "3", "5", "1", "4"]);
    expect(skus(indexOf(rows).search("tea", 3))).toEqual(["2", "0", "3"]);
  });

  test("the last digits of one code come before the middle of another", () => {
    const rows = [product({ sku: "A", codes: ["6978921234567"] }), product({ sku: "B", codes: ["6901234567892"] })];
    expect(skus(indexOf(rows).search("7892", 10))).toEqual(["B", "A"]);
  });

  test("nothing typed finds the first products", () => {
    expect(skus(index.search("  ", 2))).toEqual(["ＣＡＦ－１", "CUP-500"]);
  });

  test("finds what a plain look at every field would find, in the same order", () => {
    const word = fc.stringMatching(/^[ab12]{1,3}$/);
    const row = fc
      .record({
        sku: word,
        name: word,
        spec: word,
        py: word,
        active: fc.boolean(),
        codes: fc.array(word, { maxLength: 2 }),
      })
      .map((fields) => ({ ...fields, sku: `${fields.sku}-${++made}` }));
    const order = (one: ProductRow) => (one.active ? "0" : "1") + fold(one.sku);
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 60 }),
        fc.array(word, { minLength: 1, maxLength: 2 }),
        fc.integer({ min: 1, max: 9 }),
        (some, terms, limit) => {
          const rows = some.map((one) => product(one));
          const rank = (term: string, one: ProductRow) => {
            const codes = one.barcodes.map(({ code }) => code);
            const fields = [one.sku, one.name, one.spec, one.py, ...codes].map(fold);
            if (fields.includes(term)) return 0;
            if (fields.some((field) => field.startsWith(term))) return 1;
            return fields.some((field) => field.includes(term)) ? 2 : 3;
          };
          const expected = rows
            .map((one) => ({ one, rank: Math.max(...terms.map((term) => rank(term, one))) }))
            .filter((found) => found.rank < 3)
            .toSorted((left, right) => left.rank - right.rank || (order(left.one) < order(right.one) ? -1 : 1))
            .slice(0, limit);
          expect(skus(indexOf(rows).search(terms.join(" "), limit))).toEqual(expected.map(({ one }) => one.sku));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("by code", () => {
  test("finds the whole barcode or SKU alone, whatever its case", () => {
    const index = indexOf(goods);
    expect(skus(index.withCode("6901234567892"))).toEqual(["CUP-500"]);
    expect(skus(index.withCode(" cup-500 "))).toEqual(["CUP-500"]);
    expect(index.withCode("690123456789")).toEqual([]);
  });

  test.each(["012345678905", "0012345678905", "00012345678905"])("a UPC as %s", (code) => {
    const [padded, unpadded] = [product({ codes: ["0012345678905"] }), product({ codes: ["012345678905"] })];
    expect(indexOf([padded]).withCode(code)).toEqual([padded]);
    expect(indexOf([unpadded]).withCode(code)).toEqual([unpadded]);
  });

  test("an EAN-13 keeps its digits", () => {
    expect(canonical("06901234567892")).toBe("6901234567892");
    expect(canonical("6901234567892")).toBe("6901234567892");
  });

  test("one code on several products gives them all, what is sold first", () => {
    const rows = [
      product({ sku: "A", active: false, codes: ["777"] }),
      product({ sku: "C", codes: ["777"] }),
      product({ sku: "B", codes: ["777", "888"] }),
    ];
    expect(skus(indexOf(rows).withCode("777"))).toEqual(["B", "C", "A"]);
  });

  test("a changed pack is found as it is now, and no longer as it was", () => {
    const index = indexOf(goods);
    const key = packKey("product@common", hashOf("product", CUP.id));
    index.put(key, [{ ...CUP, name: "玻璃杯", barcodes: [{ code: "999", unitId: null }] }]);
    expect(index.withCode("6901234567892")).toEqual([]);
    expect(skus(index.withCode("999"))).toEqual(["CUP-500"]);
    expect(index.search("水杯", 5)).toEqual([]);
    index.put(key, []);
    expect(index.rows([CUP.id, PAN.id])).toEqual([PAN]);
  });
});

test("the shelf has what the database has, and follows it", async () => {
  const db = await freshDevice();
  const key = (row: ProductRow) => packKey("product@common", hashOf("product", row.id));
  for (const row of goods) await db.pack.put([row], key(row));
  const changed = vi.fn<(failure?: unknown) => void>();
  const shelf = new Shelf(db.name, changed);
  expect(skus(await shelf.answer({ text: "水杯", limit: 5 }))).toEqual(["CUP-500"]);
  const renamed = { ...CUP, name: "保温杯" };
  await db.pack.put([renamed], key(CUP));
  await db.pack.delete(key(PAN));
  shelf.refill([key(CUP), key(PAN)]);
  expect(await shelf.answer({ ids: [CUP.id, PAN.id] })).toEqual([renamed]);
  expect(changed.mock.calls).toEqual([[], []]);
});

test("a shelf whose database was wiped says so, and does not bring it back", async () => {
  const failed = new Promise<unknown>((resolve) => void new Shelf("huotong:nobody:no", resolve));
  expect(await failed).toBeDefined();
  expect((await indexedDB.databases()).map(({ name }) => name)).not.toContain("huotong:nobody:no");
});

test("50,000 products are searched in a few milliseconds", () => {
  const rows = Array.from({ length: 50_000 }, (_, n) =>
    product({
      sku: `SKU-${(n * 7919) % 50_000}`,
      name: ["不锈钢水杯", "银行卡套", "重庆火锅底料", "防滑手套", "Paper towel"][n % 5] + ` ${n}`,
      spec: `${(n % 40) * 25}ml`,
      py: ["bxgsb", "yhkt", "cqhgdl", "fhst", ""][n % 5] ?? "",
      pyf: ["buxiugangshuibei", "yinhangkatao", "chongqinghuoguodiliao", "fanghuashoutao", ""][n % 5] ?? "",
      codes: [
        `69${String(n * 104_729)
          .padStart(11, "0")
          .slice(-11)}`,
      ],
    }),
  );
  const index = indexOf(rows);
  const texts = [
    "1",
    "6",
    "bx",
    "水杯",
    "yhkt 1",
    "sku-4242",
    "7892",
    "69",
    "500ml 手套",
    "xyz",
    "gang",
    "paper",
    "s",
    "chong 12",
  ];
  for (const text of texts) index.search(text, 30);
  const before = process.cpuUsage();
  for (const text of texts) index.search(text, 30);
  const { user, system } = process.cpuUsage(before);
  const each = (user + system) / 1000 / texts.length; // of the processor, which a busy machine does not stretch much
  console.info(`${each.toFixed(1)} ms for a search`);
  expect(each).toBeLessThan(16);
}, 60_000);

describe("sorted by a column", () => {
  const sorted = (index: ProductIndex, order: ProductOrder, limit = 10) => skus(index.sorted(order, limit));

  test("SKUs by their numbers, names by pinyin, what is not sold any more among them", () => {
    const index = indexOf([
      product({ sku: "A10", name: "中性笔" }),
      product({ sku: "A9", name: "安全帽", active: false }),
      product({ sku: "B1", name: "笔记本" }),
    ]);
    expect(sorted(index, "sku")).toEqual(["A9", "A10", "B1"]);
    expect(sorted(index, "-sku", 2)).toEqual(["B1", "A10"]);
    expect(sorted(index, "name")).toEqual(["A9", "B1", "A10"]);
    expect(sorted(index, "-name")).toEqual(["A10", "B1", "A9"]);
  });

  test("stays right while products change, come and go", () => {
    const change = fc.record({
      pack: fc.constantFrom("a", "b"),
      numbers: fc.uniqueArray(fc.nat(40), { maxLength: 6 }),
    });
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const index = new ProductIndex();
        const packs = new Map<string, ProductRow[]>();
        for (const { pack, numbers } of changes) {
          const rows = numbers.map((n) => product({ id: `${pack}${n}`, sku: `${pack}${n}`, name: `${50 - n}` }));
          packs.set(pack, rows);
          index.put(pack, rows);
          const all = [...packs.values()].flat();
          const fresh = indexOf(all);
          for (const order of ["sku", "-name"] as const) {
            expect(sorted(index, order, 100)).toEqual(sorted(fresh, order, 100));
            expect(index.sorted(order, 100)).toHaveLength(all.length);
          }
        }
      }),
    );
  });
});
