/**
 * What a snapshot says of products without naming them (api/sync/README.md): values in the order of the ids. A digest
 * says of which ids, so that nothing is ever taken for another product's.
 */
import type { Database, Loading, Pack } from "./db";
import { attempt } from "./attempt";
import { packKey, partKey } from "./keys";
import type { Id, Part, ProductRow } from "./types";

/** The one thing that a row of these parts says. */
const VALUES: Partial<Record<Part, string>> = {
  product_price: "price",
  product_cost: "referenceCost",
  stock: "levels",
};

export const isAligned = (part: Part) => VALUES[part] !== undefined;

export type AlignedLine = { n: number; products: string; values: unknown[] };

type Listed = { ids: Id[]; digest: string };

const DIGEST_BYTES = 8;
const PRODUCTS = partKey("product", "common");

/** As `digest` in api/sync/aligned.py: the first bytes of a SHA-256, in hex. */
async function digestOf(ids: readonly Id[]): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(ids.join("")));
  return Array.from(new Uint8Array(digest, 0, DIGEST_BYTES), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The products of one download: those that came with it, or else those that are here already. */
export class Products {
  readonly #db: Database;
  readonly #fresh: boolean;
  readonly #listed = new Map<number, Promise<Listed>>();

  constructor(db: Database, loading: Loading) {
    this.#db = db;
    this.#fresh = loading.parts.some(({ key }) => key === PRODUCTS);
  }

  /** Rows with ids, or undefined where these values are of other products. */
  async rows(part: Part, { n, products, values }: AlignedLine): Promise<{ id: Id }[] | undefined> {
    const { ids, digest } = await this.#of(n);
    if (digest !== products || ids.length !== values.length) return undefined;
    const name = VALUES[part] as string;
    return ids.map((id, at) => ({ id, [name]: values[at] })).filter((_, at) => values[at] !== null);
  }

  #of(n: number): Promise<Listed> {
    const listed = this.#listed.get(n) ?? this.#read(n);
    this.#listed.set(n, listed);
    return listed;
  }

  async #read(n: number): Promise<Listed> {
    const { staged, pack } = this.#db;
    const found = await attempt(this.#db, () => (this.#fresh ? staged : pack).get(packKey(PRODUCTS, n)));
    const ids = ((found ?? []) as Exclude<Pack, Uint8Array>).map((row) => (row as ProductRow).id).toSorted();
    return { ids, digest: await digestOf(ids) };
  }
}
