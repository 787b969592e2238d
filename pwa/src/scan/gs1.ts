/** GS1 element strings: numbers that say what follows them (application identifiers), in one barcode. */
import { hasCheckDigit } from "./gtin";

/** By its identifier, in the order of the code. */
export type Elements = ReadonlyMap<string, string>;

const GS = "\u001d"; // ends what has no fixed length

/**
 * Identifier, n(umeric) or x (any character), and its length: 6 exactly, or up to 20 (..20). A `d` in an identifier
 * stands for a digit that says where the decimal point is. Those of no use here are known so that they can be skipped.
 */
const TABLE = `
  00 n18  01 n14  02 n14  03 n14  10 x..20  11 n6  12 n6  13 n6  15 n6  16 n6  17 n6  20 n2  21 x..20  22 x..20
  235 x..28  240 x..30  241 x..30  242 n..6  243 x..20  250 x..30  251 x..30  253 x..30  254 x..20  255 n..25
  30 n..8  310d n6  311d n6  312d n6  313d n6  314d n6  315d n6  316d n6  320d n6  330d n6  340d n6  356d n6  357d n6
  37 n..8  390d n..15  391d n..18  392d n..15  393d n..18  394d n4  395d n6
  400 x..30  401 x..30  402 n17  403 x..30  410 n13  411 n13  412 n13  413 n13  414 n13  415 n13  416 n13  417 n13
  420 x..20  421 x..12  422 n3  423 n..15  424 n3  425 n..15  426 n3  427 x..3
  7001 n13  7002 x..30  7003 n10  7004 n..4  7005 x..12  7006 n6  7007 n..12  7008 x..3  7009 x..10  7010 x..2
  7020 x..20  7021 x..20  7022 x..20  7023 x..30  710 x..20  711 x..20  712 x..20  713 x..20  714 x..20
  8001 n14  8002 x..20  8003 x..30  8004 x..30  8005 n6  8006 n18  8007 x..34  8008 n..12  8010 x..30  8011 n..12
  8012 x..20  8013 x..25  8017 n18  8018 n18  8019 n..10  8020 x..25  8200 x..70
  90 x..30  91 x..90  92 x..90  93 x..90  94 x..90  95 x..90  96 x..90  97 x..90  98 x..90  99 x..90`;

type Shape = { numeric: boolean; longest: number; fixed: boolean };

const SHAPES = new Map<string, Shape>(
  [...TABLE.matchAll(/(\w+) ([nx])(\.\.)?(\d+)/g)].map(([, identifier = "", kind, upTo, length]) => [
    identifier,
    { numeric: kind === "n", longest: Number(length), fixed: upTo === undefined },
  ]),
);

/** What a scanner or a program writes for the separator where it cannot be typed. */
const WRITTEN = /<GS>|\{GS\}|\[GS\]|[<{[]FNC1[>}\]]|\^\]|\\x1d|\\u001d|\\035/gi;
/** No value may hold these (GS1 character set 82), so one of them can only be what the scanner was set to. */
const MARKS = /[|~^@$`¬¦§␝]/g;
const VALUE = /^[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z#]+$/;

/** The elements of a code; null where it is none. With brackets, as people read it, or with separators, as scanners do. */
export function elementsOf(text: string): Elements | null {
  if (text.startsWith("(")) return bracketed(text);
  const code = text.replace(WRITTEN, GS).replace(MARKS, GS);
  const elements = new Map<string, string>();
  for (let at = 0; at < code.length;) {
    if (code[at] === GS) {
      at += 1;
      continue;
    }
    const [identifier, shape] = identified(code, at) ?? [];
    if (identifier === undefined || shape === undefined) return null;
    const from = at + identifier.length;
    const separator = code.indexOf(GS, from);
    const end = shape.fixed ? from + shape.longest : separator < 0 ? code.length : separator;
    const value = code.slice(from, end);
    if (!fits(value, shape)) return null;
    elements.set(identifier, value);
    at = end;
  }
  return elements.size > 0 ? elements : null;
}

function bracketed(text: string): Elements | null {
  const parts = [...text.matchAll(/\((\d{2,4})\)(.*?)(?=\(\d{2,4}\)|$)/g)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join("") !== text) return null;
  const elements = new Map<string, string>();
  for (const [, identifier = "", value = ""] of parts) {
    const [known, shape] = identified(identifier, 0) ?? [];
    if (known !== identifier || shape === undefined || !fits(value.trim(), shape)) return null;
    elements.set(identifier, value.trim());
  }
  return elements;
}

function identified(code: string, at: number): [string, Shape] | undefined {
  for (const length of [2, 3, 4]) {
    const identifier = code.slice(at, at + length);
    const shape = SHAPES.get(identifier) ?? (/^\d{4}$/.test(identifier) && SHAPES.get(`${identifier.slice(0, 3)}d`));
    if (shape) return [identifier, shape];
  }
  return undefined;
}

const fits = (value: string, { numeric, longest, fixed }: Shape) =>
  value !== "" &&
  (fixed ? value.length === longest : value.length <= longest) &&
  (numeric ? /^\d+$/ : VALUE).test(value);

/** Whether a code that nobody announced as GS1 is one all the same: it starts with a number that checks. */
export const looksLikeElements = (text: string) =>
  (/^(01|02)\d{14}/.test(text) && hasCheckDigit(text.slice(2, 16))) ||
  (/^00\d{18}$/.test(text) && hasCheckDigit(text.slice(2))) ||
  /^\(\d{2,4}\)/.test(text);

const QUALIFIERS: Record<string, string> = {
  gtin: "01",
  lot: "10",
  ser: "21",
  exp: "17",
  cpv: "22",
};

/** A GS1 digital link: the same elements as the path and query of an address, whoever's it is. */
export function elementsOfLink(text: string): Elements | null {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return null;
  const { pathname, searchParams } = new URL(text);
  const steps = pathname.split("/").map((step) => decoded(step));
  const start = steps.findIndex(
    (step, at) => (step === "01" || step === "gtin") && /^(\d{8}|\d{12,14})$/.test(steps[at + 1] ?? ""),
  );
  if (start < 0) return null;
  const pairs = steps.slice(start).flatMap((step, at, all) => (at % 2 === 0 ? [[step, all[at + 1] ?? ""]] : []));
  const elements = new Map<string, string>();
  for (const [name = "", written = ""] of [...pairs, ...searchParams]) {
    const identifier = QUALIFIERS[name] ?? name;
    const value = identifier === "01" ? written.padStart(14, "0") : written;
    const [known, shape] = identified(identifier, 0) ?? [];
    if (known === identifier && shape && fits(value, shape)) elements.set(identifier, value);
  }
  return elements;
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

/** YYMMDD; day 00 is the end of the month. The century is the one that brings it nearest to this year. */
export function dayOf(value: string | undefined, thisYear: number): string | undefined {
  const [, year, month, day] = /^(\d\d)(\d\d)(\d\d)$/.exec(value ?? "")?.map(Number) ?? [];
  if (year === undefined || month === undefined || day === undefined || month < 1 || month > 12) return undefined;
  const ahead = year - (thisYear % 100);
  const full = thisYear + ahead + (ahead >= 51 ? -100 : ahead <= -50 ? 100 : 0);
  const days = new Date(Date.UTC(full, month, 0)).getUTCDate();
  if (day > days) return undefined;
  return [full, month, day || days].map((part) => String(part).padStart(2, "0")).join("-");
}

/** Digits with a point before the last `places` of them. */
export function pointed(digits: string, places: number): string {
  const padded = digits.padStart(places + 1, "0");
  const whole = padded.slice(0, padded.length - places).replace(/^0+(?=\d)/, "");
  const rest = padded.slice(padded.length - places).replace(/0+$/, "");
  return rest === "" ? whole : `${whole}.${rest}`;
}
