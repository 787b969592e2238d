import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { meaningOf, type Scan } from "../../src/scan/codes";
import { dayOf, elementsOf, pointed } from "../../src/scan/gs1";
import { checkDigit, fromUpcE, isGtin, normalGtin, writings } from "../../src/scan/gtin";

const GS = "\u001d";
const YEAR = 2026;
const read = (text: string, scale?: "weight" | "amount") => meaningOf(text, { year: YEAR, ...(scale && { scale }) });
const part = (text: string, ...names: (keyof Scan)[]) => {
  const scan = read(text);
  return names.map((name) => scan?.[name]);
};

const digits = (length: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length }).map((all) => all.join(""));
const gtin = (length: number) => digits(length - 1).map((body) => body + checkDigit(body));
const anyGtin = fc.oneof(gtin(8), gtin(12), gtin(13), gtin(14));

describe("GTIN", () => {
  test.each(["6901234567892", "96385074", "012345678905", "16901234567899"])("%s checks", (code) =>
    expect(isGtin(code)).toBe(true),
  );

  test("a digit that is wrong, and two neighbours changed, are found", () => {
    fc.assert(
      fc.property(anyGtin, fc.nat(), fc.integer({ min: 1, max: 9 }), (code, place, more) => {
        const at = place % code.length;
        const other = (Number(code[at]) + more) % 10;
        expect(isGtin(code.slice(0, at) + other + code.slice(at + 1))).toBe(false);
      }),
    );
  });

  test("every way to write it leads to one number, and to what was read", () => {
    fc.assert(
      fc.property(anyGtin, (code) => {
        const all = writings(code);
        expect(all[0]).toBe(code);
        expect(new Set(all.map(normalGtin)).size).toBe(1);
        expect(all.every(isGtin)).toBe(true);
        expect(writings(normalGtin(code)).toSorted()).toEqual(all.toSorted());
      }),
    );
  });

  test("UPC-A and the EAN-13 with a leading zero are one code", () => {
    expect(read("012345678905")?.lookups).toContain("0012345678905");
    expect(read("0012345678905")?.lookups).toContain("012345678905");
    expect(fromUpcE("01234565")).toBe("012345000065");
    expect(read("01234565")).toMatchObject({ lookups: expect.arrayContaining(["01234565", "012345000065"]) });
  });

  test("the number of a case comes first, then what is in it", () => {
    expect(part("16901234567899", "lookups", "inside", "gtin")).toEqual([
      ["16901234567899", "6901234567892", "06901234567892"],
      ["6901234567892", "06901234567892"],
      "16901234567899",
    ]);
    expect(read("06901234567892")?.inside).toEqual([]);
  });
});

describe("as read", () => {
  test("full-width digits, spaces, hyphens and what firmware sends around it", () => {
    expect(read("６９０１２３４５６７８９２")?.gtin).toBe("6901234567892");
    expect(read("690-1234-5678 92\r\n")?.gtin).toBe("6901234567892");
    expect(read("\u0002A-17 \u0003")?.lookups).toEqual(["A-17"]);
    expect(read("]C0A-17")?.lookups).toEqual(["A-17"]);
    expect(read(" \r\n")).toBeNull();
    expect(read("]C1")).toBeNull();
  });

  test("a wrong check digit is read again where the bars have one, and kept elsewhere", () => {
    expect(read("]E06901234567893")).toBeNull();
    expect(read("]I116901234567890")).toBeNull();
    expect(read("]C06901234567893")?.lookups).toEqual(["6901234567893"]);
    expect(part("6901234567893", "lookups", "gtin")).toEqual([["6901234567893"], undefined]);
  });

  test("whatever comes, there is an answer, and the text itself is looked up", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.string(), digits(20), fc.webUrl()), (text) => {
        const scan = read(text);
        if (scan === null) return;
        expect(scan.lookups.length).toBeGreaterThan(0);
        expect(new Set(scan.lookups).size).toBe(scan.lookups.length);
        expect([...scan.inside, ...scan.weighed].every((code) => scan.lookups.includes(code))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("GS1 elements", () => {
  const LABEL = `010690123456789217261200${"10AB-1"}${GS}21X${GS}3012`;
  const expected = ["6901234567892", "AB-1", "X", "2026-12-31", "12"];
  const names = ["gtin", "lot", "serial", "expiry", "quantity"] as const;

  test.each(["]d2", "]C1", "]Q3", "]e0", "", GS])("announced by %j", (aim) =>
    expect(part(aim + LABEL, ...names)).toEqual(expected),
  );

  test.each(["␝", "<GS>", "{FNC1}", "[GS]", "^]", "|", "~", "\\x1D"])("with %s for a separator", (mark) =>
    expect(part(LABEL.replaceAll(GS, mark), ...names)).toEqual(expected),
  );

  test("with brackets", () =>
    expect(part("(01)06901234567892 (17)261200(10)AB-1(21)X(30)12", ...names)).toEqual(expected));

  test("weights, amounts, contents, own numbers", () => {
    expect(part("(01)06901234567892(3103)001250(3922)1099(13)260105", "weight", "amount", "produced")).toEqual([
      "1.25",
      "10.99",
      "2026-01-05",
    ]);
    expect(part("(01)06901234567892(3932)1561099", "amount")).toEqual(["10.99"]);
    expect(part("(02)06901234567892(37)0024", "gtin", "quantity")).toEqual(["6901234567892", "24"]);
    expect(part("]C100106141411234567897", "sscc")).toEqual(["106141411234567897"]);
    expect(part("]C1240A-77", "lookups")).toEqual([["A-77", "240A-77"]]);
    expect(read("]d20116901234567899")?.lookups[0]).toBe("16901234567899");
  });

  test("what only looks like it stays a code of the house", () => {
    expect(part("0106901234567893", "lookups", "gtin")).toEqual([["0106901234567893"], undefined]);
    expect(read("(12)")?.lookups).toEqual(["(12)"]);
    expect(read("010690123456789299")?.lookups).toEqual(["010690123456789299"]);
    expect(read("0106901234567892")?.lookups[0]).toBe("0106901234567892");
  });

  test("element strings are taken apart as they were put together, in any order", () => {
    const text = fc.stringMatching(/^[A-Z0-9/-]{1,20}$/);
    const count = fc.integer({ min: 0, max: 99_999_999 }).map(String);
    const element = fc.oneof(
      gtin(14).map((value) => ["01", value, true] as const),
      fc.constantFrom("17", "11", "15").map((key) => [key, "261231", true] as const),
      fc.constantFrom("10", "21", "240").chain((key) => text.map((value) => [key, value, false] as const)),
      fc.constantFrom("30", "37").chain((key) => count.map((value) => [key, value, false] as const)),
      digits(6).map((value) => ["3102", value, true] as const),
    );
    fc.assert(
      fc.property(fc.uniqueArray(element, { selector: ([key]) => key, minLength: 1 }), (elements) => {
        const plain = elements.map(([key, value, fixed]) => key + value + (fixed ? "" : GS)).join("");
        const shown = elements.map(([key, value]) => `(${key})${value}`).join("");
        const want = new Map(elements.map(([key, value]) => [key, value]));
        expect(elementsOf(plain)).toEqual(want);
        expect(elementsOf(shown)).toEqual(want);
      }),
    );
  });

  test.each([
    ["261231", "2026-12-31"],
    ["280200", "2028-02-29"],
    ["270200", "2027-02-28"],
    ["761231", "2076-12-31"],
    ["770101", "1977-01-01"],
    ["261331", undefined],
    ["270229", undefined],
  ])("%s is %s", (value, day) => expect(dayOf(value, YEAR)).toBe(day));

  test.each([
    ["001250", 3, "1.25"],
    ["000000", 2, "0"],
    ["5", 3, "0.005"],
    ["100", 0, "100"],
  ])("%s with %i places is %s", (value, places, decimal) => expect(pointed(value, places)).toBe(decimal));
});

describe("digital links", () => {
  test.each([
    "https://id.gs1.org/01/06901234567892/10/AB%2F1/21/X?17=261231",
    "HTTPS://example.cn/p/shop/01/6901234567892/10/AB%2F1/21/X?exp=261231&utm=1",
  ])("%s", (link) =>
    expect(part(link, "gtin", "lot", "serial", "expiry")).toEqual(["6901234567892", "AB/1", "X", "2026-12-31"]),
  );

  test("any other address is looked up as it is", () =>
    expect(read("https://u.wechat.com/01/abc")?.lookups).toEqual(["https://u.wechat.com/01/abc"]));
});

describe("labels of a shop's scale", () => {
  const thirteen = `2101234${"01250"}${checkDigit("210123401250")}`;

  test("13 digits: the goods, and weight or amount", () => {
    expect(read(thirteen)?.lookups.slice(-3)).toEqual(["2101234", "01234", "1234"]);
    expect(part(thirteen, "weight", "amount")).toEqual(["1.25", undefined]);
    expect(read(thirteen, "amount")).toMatchObject({
      amount: "12.5",
      weighed: ["2101234", "01234", "1234"],
    });
  });

  test("18 digits have both", () => {
    const body = "21012340125000500";
    expect(read(body + checkDigit(body))).toMatchObject({
      amount: "12.5",
      weight: "0.5",
      lookups: [body + checkDigit(body), "2101234", "01234", "1234"],
    });
  });
});
