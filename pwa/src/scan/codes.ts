/** What a scanned text means. Nothing here looks anything up. */
import type { Decimal } from "../data/decimal";
import { dayOf, type Elements, elementsOf, elementsOfLink, looksLikeElements, pointed } from "./gs1";
import { fromUpcE, hasCheckDigit, insideOf, isGtin, normalGtin, writings } from "./gtin";

export type Scan = {
  /** As it was read and tidied up: what a person is shown. */
  raw: string;
  /** Codes to look for in the catalogue, in this order; the first that is there is meant. */
  lookups: readonly string[];
  /** Of `lookups`, those that name what is in the case whose number was read: how much is in it, the code does not say. */
  inside: readonly string[];
  /** Of `lookups`, those that name the goods of a scale's label: weight and amount count for these alone. */
  weighed: readonly string[];
  gtin?: string;
  /** Of a logistic unit: a pallet. */
  sscc?: string;
  lot?: string;
  serial?: string;
  expiry?: string;
  produced?: string;
  quantity?: Decimal;
  /** Kilograms. */
  weight?: Decimal;
  /** In the currency of the label. */
  amount?: Decimal;
};

export type Reading = {
  /** What a scale writes into 13 digits; 18 have room for both. */
  scale?: "weight" | "amount";
  year?: number;
};

/** AIM: `]` and two characters that scanners can be set to send first, and the camera always gives. */
const AIM = /^\][A-Za-z][0-9A-Za-z]/;
const GS1_AIM = /^\](C1|e[0-3]|d2|Q3|J1|z1)/;
/** Their only safeguard is the check digit: without it, bars that were read askew pass for another product. */
const CHECKED_AIM = /^\](E[0-4]|I[01])/;

/**
 * Null for what is no code, and for what was misread and should be read again. A wrong check digit is a misreading
 * only where the bars are known to be of a kind that has one; in any other it is a code of the house, and on real goods.
 */
export function meaningOf(read: string, reading: Reading = {}): Scan | null {
  const text = tidy(read);
  const aim = AIM.exec(text)?.[0] ?? "";
  const code = text.slice(aim.length).trim();
  const raw = code.replaceAll("\u001d", " ").trim();
  if (raw === "") return null;
  if (CHECKED_AIM.test(aim) && !isGtin(code)) return null;

  const year = reading.year ?? new Date().getFullYear();
  const announced = GS1_AIM.test(aim) || code.includes("\u001d");
  const bare = code.replace(/[ -]/g, "");
  const elements = announced || looksLikeElements(code) ? elementsOf(code) : elementsOfLink(code);
  if (elements) return ofElements(elements, raw, announced, year);
  const product = isGtin(bare) ? ofGtin(bare, raw) : { raw, lookups: [raw], inside: [] };
  const long = fromUpcE(bare); // may be an EAN-8 as well: the short code is looked up first
  const label = ofScale(bare, reading.scale ?? "weight");
  const lookups = [product.lookups, long ? writings(long) : [], label.weighed].flat();
  return { ...(long && { gtin: normalGtin(long) }), ...product, ...label, lookups: [...new Set(lookups)] };
}

/** Full-width digits of a Chinese keyboard, and what some firmware sends around a code. */
function tidy(read: string): string {
  const text = read.normalize("NFKC");
  // oxlint-disable-next-line no-control-regex -- all but the separator
  return text.replace(/[\u0000-\u001c\u001e\u001f\u007f\ufeff\u200b-\u200f]/g, "").trim();
}

function ofGtin(gtin: string, raw: string) {
  const inner = insideOf(gtin);
  const inside = inner === undefined ? [] : writings(inner);
  return {
    raw,
    lookups: [...new Set([...writings(gtin), ...inside])],
    inside,
    gtin: normalGtin(gtin),
  };
}

function ofElements(elements: Elements, raw: string, announced: boolean, year: number): Scan {
  const [identifier, number] = (["01", "02"] as const)
    .map((key) => [key, elements.get(key)] as const)
    .find(([, value]) => value !== undefined) ?? [undefined, undefined];
  const product =
    number === undefined
      ? { raw, lookups: [], inside: [] }
      : hasCheckDigit(number)
        ? ofGtin(normalGtin(number), raw)
        : { raw, lookups: [number], inside: [] };
  const other = elements.get("240");
  const count = elements.get("30") ?? (identifier === "02" ? elements.get("37") : undefined);
  const [kilograms, amount] = [decimalOf(elements, "310"), decimalOf(elements, "392") ?? decimalOf(elements, "393", 3)];
  const found = {
    sscc: elements.get("00"),
    lot: elements.get("10"),
    serial: elements.get("21"),
    expiry: dayOf(elements.get("17"), year) ?? dayOf(elements.get("15"), year),
    produced: dayOf(elements.get("11"), year) ?? dayOf(elements.get("13"), year),
    quantity: count && pointed(count, 0),
    weight: kilograms,
    amount,
  };
  const written = announced ? [other, raw] : [raw, other];
  const codes = announced ? [...product.lookups, ...written] : [...written, ...product.lookups];
  return {
    ...product,
    lookups: [...new Set(codes.filter((code) => code !== undefined))],
    weighed: [],
    ...(Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as Partial<Scan>),
  };
}

/** The last digit of the identifier says where the point is; 393 has the currency's number before the amount. */
function decimalOf(elements: Elements, identifier: string, from = 0): Decimal | undefined {
  const found = [...elements].find(([key]) => key.length === 4 && key.startsWith(identifier));
  return found && pointed(found[1].slice(from), Number(found[0][3]));
}

/**
 * What a shop's own scale prints: 2, a second digit of the shop, five of the goods, five of the weight in grams or the
 * amount in cents, and the check digit; of 18 digits, five of the amount and then five of the weight.
 */
function ofScale(code: string, embedded: "weight" | "amount"): Pick<Scan, "weighed" | "weight" | "amount"> {
  if (!/^2(\d{12}|\d{17})$/.test(code) || !hasCheckDigit(code)) return { weighed: [] };
  const goods = code.slice(2, 7);
  const weighed = [code.slice(0, 7), goods, goods.replace(/^0+(?=\d)/, "")];
  const value = code.slice(7, 12);
  const label = code.length === 18 ? { ...cents(value), ...grams(code.slice(12, 17)) } : undefined;
  return {
    weighed: [...new Set(weighed)],
    ...(label ?? (embedded === "weight" ? grams(value) : cents(value))),
  };
}

const grams = (digits: string) => ({ weight: pointed(digits, 3) });
const cents = (digits: string) => ({ amount: pointed(digits, 2) });
