/** How rows are named and packed in the local database. */
import type { Bucket, Id, Part } from "./types";

/** Answers to our calls go to the queue at once; every other part is kept. */
export type KeptPart = Exclude<Part, "command">;

/** What the server grants or takes away as a whole: one part in one bucket. */
export type PartKey = `${Part}@${Bucket}`;

/** Rows are stored by the hundred: 50,000 records of their own take IndexedDB twenty times as long. */
export type PackKey = `${PartKey}:${number}`;

export const HASH_BUCKETS = 128;

export const partKey = (part: Part, bucket: Bucket): PartKey => `${part}@${bucket}`;
export const packKey = (key: PartKey, hash: number): PackKey => `${key}:${hash}`;
export const partOf = (key: PartKey | PackKey) => key.slice(0, key.indexOf("@")) as Part;

/** The last byte of a UUID: of a version 7 it is random, of a derived one hashed. */
export const hashOf = (id: Id) => Number.parseInt(id.slice(-2), 16) % HASH_BUCKETS;

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
