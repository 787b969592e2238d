/** Finds products by what people type or scan: a scan over plain text, which at 50,000 beats every index we measured. */
import type { Id, ProductRow } from "./types";

const MARKS = /\p{M}+/gu;
const PLAIN = /^[\x20-\x7e]*$/;

/** Width, case and accents do not count: ＡＢＣ is abc, Café is cafe. */
export const fold = (text: string) =>
  (PLAIN.test(text) ? text : text.normalize("NFKD").replace(MARKS, "")).toLowerCase();

/** A UPC is an EAN-13 without its zero, and a GTIN-14 of single pieces has one more: scanners report any of them. */
export function canonical(code: string): string {
  const folded = fold(code.trim());
  return /^\d{13,14}$/.test(folded) ? folded.replace(/^0{1,2}(?=\d{12}$)|^0(?=\d{13}$)/, "") : folded;
}

const FIELD = "\u0001"; // before each field
const CODE_END = "\u0002"; // after a barcode, of which people type the last digits
const [FIELD_CODE, CODE_END_CODE] = [1, 2];
const LAST_DIGITS = /^\d{4,}$/;

/** How well a term fits a product; the worst of its terms counts for the product. */
const [EXACT, PREFIX, REST, NONE] = [0, 1, 2, 3] as const;
type Rank = typeof EXACT | typeof PREFIX | typeof REST | typeof NONE;

type Term = { text: string; digits: boolean };
type Found = { rank: Rank; order: string; row: ProductRow };

/** The best of what was offered, best first, never more than `limit`. */
class Best {
  readonly found: Found[] = [];
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The worst rank of which a product of this order would still get in; less than EXACT if none would. */
  rankFor(order: string): number {
    if (this.found.length < this.#limit) return REST;
    const worst = this.found.at(-1);
    return worst === undefined ? EXACT - 1 : order < worst.order ? worst.rank : worst.rank - 1;
  }

  add(one: Found) {
    let at = this.found.length;
    while (at > 0 && isBefore(one, this.found[at - 1] as Found)) at -= 1;
    this.found.splice(at, 0, one);
    if (this.found.length > this.#limit) this.found.pop();
  }
}

const isBefore = (left: Found, right: Found) =>
  left.rank < right.rank || (left.rank === right.rank && left.order < right.order);

/** What is sold comes before what is not any more; then by SKU. */
const orderOf = (row: ProductRow) => (row.active ? "0" : "1") + fold(row.sku);

/** The orders of a list that a person sorts; otherwise what is sold comes first, by SKU. */
export type ProductOrder = "sku" | "-sku" | "name" | "-name";
type Column = "sku" | "name";
type Keyed = { key: string; row: ProductRow };

/** Numbers in SKUs by their value: a collator that minds them takes a second for 50,000, this a tenth of one. */
const skuKey = ({ sku }: ProductRow) => fold(sku).replaceAll(/\d+/g, (digits) => digits.padStart(12, "0"));
const keyOf = { sku: skuKey, name: ({ name }: ProductRow) => name } as const;

const collator = new Intl.Collator("zh");
const plainly = (left: string, right: string) => (left < right ? -1 : left > right ? 1 : 0);
const comparing = { sku: plainly, name: collator.compare } as const;

function textOf({ sku, name, spec, py, pyf, barcodes }: ProductRow): string {
  const fields = [sku, name, spec, py, pyf].filter(Boolean).map((field) => FIELD + fold(field));
  const codes = barcodes.map(({ code }) => FIELD + fold(code) + CODE_END);
  return fields.join("") + codes.join("") + FIELD;
}

function rankOf({ text, digits }: Term, product: string): Rank {
  let rank: Rank = NONE;
  for (let at = product.indexOf(text); at >= 0; at = product.indexOf(text, at + 1)) {
    const starts = product.charCodeAt(at - 1) === FIELD_CODE;
    const next = product.charCodeAt(at + text.length);
    if (starts && (next === FIELD_CODE || next === CODE_END_CODE)) return EXACT;
    if (starts || (digits && next === CODE_END_CODE)) rank = PREFIX;
    else if (rank === NONE) rank = REST;
  }
  return rank;
}

/** The products of one pack, as one text. */
class Segment {
  readonly rows: readonly ProductRow[];
  readonly orders: readonly string[];
  readonly #text: string;
  readonly #starts: readonly number[];

  constructor(rows: readonly ProductRow[]) {
    const ordered = rows
      .map((row) => ({ row, order: orderOf(row) }))
      .toSorted((left, right) => (left.order < right.order ? -1 : 1));
    this.rows = ordered.map(({ row }) => row);
    this.orders = ordered.map(({ order }) => order);
    const texts = this.rows.map(textOf);
    let at = 0;
    this.#starts = [...texts.map((text) => (at += text.length) - text.length), at];
    this.#text = texts.join("");
  }

  /** Offers its first ones. */
  first(best: Best) {
    for (const [n, row] of this.rows.entries()) {
      const order = this.orders[n] as string;
      if (best.rankFor(order) < REST) return;
      best.add({ rank: REST, order, row });
    }
  }

  /** Offers what fits: as products come in their order, it looks for less and less the more has been found. */
  find(lead: Term, others: readonly Term[], best: Best) {
    let pattern = lead.text;
    for (let n = 0, at = this.#text.indexOf(pattern); at >= 0;) {
      while ((this.#starts[n + 1] as number) <= at) n += 1;
      const order = this.orders[n] as string;
      const wanted = best.rankFor(order);
      if (wanted < EXACT) return;
      const end = this.#starts[n + 1] as number;
      const product = this.#text.slice(this.#starts[n], end);
      let rank = rankOf(lead, product);
      for (const term of others) rank = Math.max(rank, rankOf(term, product)) as Rank;
      if (rank <= wanted) best.add({ rank, order, row: this.rows[n] as ProductRow });
      // Only fields that begin with it can still matter. The last digits of a code are not such, and seldom many.
      if (!lead.digits && wanted < REST) pattern = FIELD + lead.text;
      at = wanted === EXACT ? this.#whole(lead.text, end) : this.#text.indexOf(pattern, end);
    }
  }

  /** Where the next field begins that is this text and no more: thousands may begin with it. */
  #whole(text: string, from: number): number {
    const pattern = FIELD + text;
    let at = this.#text.indexOf(pattern, from);
    while (at >= 0) {
      const next = this.#text.charCodeAt(at + pattern.length);
      if (next === FIELD_CODE || next === CODE_END_CODE) return at;
      at = this.#text.indexOf(pattern, at + pattern.length);
    }
    return at;
  }
}

/** All products of this device, pack by pack as they are stored. */
export class ProductIndex {
  readonly #segments = new Map<string, Segment>();
  readonly #byId = new Map<Id, ProductRow>();
  readonly #byCode = new Map<string, readonly Id[]>();
  /** Made when somebody asks for it; changed rows then come at its end, until somebody asks again. */
  readonly #sorted = new Map<Column, { rows: Keyed[]; inOrder: boolean }>();

  get size() {
    return this.#byId.size;
  }

  /** The rows of a pack as they are now. */
  put(pack: string, rows: readonly ProductRow[]) {
    const old = new Set(this.#segments.get(pack)?.rows);
    for (const row of old) this.#forget(row);
    for (const [column, { rows: sorted }] of this.#sorted) {
      const [others, fresh] = [sorted.filter(({ row }) => !old.has(row)), rows.map((row) => keyed(column, row))];
      this.#sorted.set(column, { rows: [...others, ...fresh], inOrder: false });
    }
    if (rows.length > 0) this.#segments.set(pack, new Segment(rows));
    else this.#segments.delete(pack);
    for (const row of rows) this.#learn(row);
  }

  search(text: string, limit: number): ProductRow[] {
    const terms = [...new Set(fold(text).split(/\s+/).filter(Boolean))]
      .map((term) => ({ text: term, digits: LAST_DIGITS.test(term) }))
      .toSorted((left, right) => right.text.length - left.text.length);
    const [lead, ...others] = terms;
    const best = new Best(limit);
    for (const segment of this.#segments.values())
      if (lead === undefined) segment.first(best);
      else segment.find(lead, others, best);
    return best.found.map(({ row }) => row);
  }

  sorted(order: ProductOrder, limit: number): ProductRow[] {
    const column = order.replace("-", "") as Column;
    const rows = this.#inOrder(column);
    return (order === column ? rows.slice(0, limit) : rows.slice(-limit).toReversed()).map(({ row }) => row);
  }

  /** Sorted once, in a quarter of a second for 50,000 names; what is nearly in order is soon in order again. */
  #inOrder(column: Column): Keyed[] {
    const known = this.#sorted.get(column) ?? {
      rows: Array.from(this.#byId.values(), (row) => keyed(column, row)),
      inOrder: false,
    };
    if (!known.inOrder) {
      const compare = comparing[column];
      known.rows.sort(
        (left, right) =>
          compare(left.key, right.key) || plainly(left.row.sku, right.row.sku) || plainly(left.row.id, right.row.id),
      );
      known.inOrder = true;
    }
    this.#sorted.set(column, known);
    return known.rows;
  }

  /** By the whole barcode or SKU; what is sold first. */
  withCode(code: string): ProductRow[] {
    return this.rows(this.#byCode.get(canonical(code)) ?? []).toSorted((left, right) =>
      orderOf(left) < orderOf(right) ? -1 : 1,
    );
  }

  rows(ids: Iterable<Id>): ProductRow[] {
    return Array.from(ids, (id) => this.#byId.get(id)).filter((row) => row !== undefined);
  }

  #learn(row: ProductRow) {
    this.#byId.set(row.id, row);
    for (const code of codesOf(row)) this.#byCode.set(code, [...(this.#byCode.get(code) ?? []), row.id]);
  }

  #forget(row: ProductRow) {
    this.#byId.delete(row.id);
    for (const code of codesOf(row)) {
      const others = this.#byCode.get(code)?.filter((id) => id !== row.id) ?? [];
      if (others.length > 0) this.#byCode.set(code, others);
      else this.#byCode.delete(code);
    }
  }
}

const keyed = (column: Column, row: ProductRow): Keyed => ({ key: keyOf[column](row), row });

const codesOf = ({ sku, barcodes }: ProductRow) => new Set([sku, ...barcodes.map(({ code }) => code)].map(canonical));
