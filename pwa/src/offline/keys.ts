/** How rows are named and packed in the local database. */
import type { Bucket, Id, Part } from "./types";

/** Answers to our calls go to the queue at once; every other part is kept. */
export type KeptPart = Exclude<Part, "command">;

/** What the server grants or takes away as a whole: one part in one bucket. */
export type PartKey = `${Part}@${Bucket}`;

/** Rows are stored by the hundred: 50,000 records of their own take IndexedDB twenty times as long. */
export type PackKey = `${PartKey}:${number}`;

export const partKey = (part: Part, bucket: Bucket): PartKey => `${part}@${bucket}`;
export const packKey = (key: PartKey, hash: number): PackKey => `${key}:${hash}`;
export const partOf = (key: PartKey | PackKey) => key.slice(0, key.indexOf("@")) as Part;

/** Read by a few ids out of very many, with every key that is typed: in smaller packs, as nobody reads them all. */
const FINE: ReadonlySet<Part> = new Set<Part>(["product_price", "product_cost", "stock"]);

/** Which pack of a part a row is in: by its last bits, which are random in a UUID of version 7 and hashed in others. */
export function hashOf(part: Part, id: Id): number {
  const bits = Number.parseInt(id.slice(-4), 16);
  return (bits & 0x7f) | (FINE.has(part) ? (bits & 0x700) >> 1 : 0);
}

/** Kept as ciphertext: who we trade with, and at what price. */
const SEALED: ReadonlySet<Part> = new Set<Part>([
  "partner",
  "partner_contact",
  "product_price",
  "product_cost",
  "purchase_order",
  "sales_order",
]);
export const isSealed = (key: PartKey | PackKey) => SEALED.has(partOf(key));
