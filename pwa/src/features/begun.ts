/** What a person has begun on this device and not handed in: known to nobody but this device. */
import type { Database } from "../offline/db";
import { readDrafts } from "../offline/drafts";
import { rowOf } from "../offline/rows";
import type { Id } from "../offline/types";
import type { CountSheet } from "./inventory/count/sheet";

/** `about`: the place of a sheet, the number of an order, or nothing. `parts`: what else has to stay with it. */
export type Begun = { id: Id; kind: string; about: string; parts: Id[] };

/** Orders whose lines are being entered: the draft is called by the order's id. */
const ORDERS = { receipt: "purchase_order", shipment: "sales_order", arrival: "transfer" } as const;

/** What the bodies of the forms that keep a draft may have in them (useKeptForm). */
type Form = {
  lines?: readonly unknown[];
  typed?: Readonly<Record<string, string>>;
  partner?: unknown;
  note?: string;
  words?: string;
};

/** A form that was opened and emptied again holds nothing. */
export function holdsSomething(body: unknown): boolean {
  const { lines = [], typed = {}, partner = null, note = "", words = "" } = (body ?? {}) as Form;
  const texts = [note, words, ...Object.values(typed)];
  return lines.length > 0 || partner !== null || texts.some((text) => text.trim() !== "");
}

export async function readBegun(db: Database): Promise<Begun[]> {
  const drafts = await readDrafts(db);
  const photos = drafts.filter(({ kind }) => kind === "count-photo");
  const begun = drafts.map(async ({ id, kind, body }): Promise<Begun[]> => {
    if (kind === "count-photo") return [];
    if (kind === "count") {
      const { handedInAt, placeName, part } = body as CountSheet;
      if (handedInAt !== null) return [];
      const own = photos.filter((photo) => (photo.body as { sheetId: Id }).sheetId === id);
      return [{ id, kind, about: part === "" ? placeName : `${placeName} · ${part}`, parts: own.map((one) => one.id) }];
    }
    if (!holdsSomething(body)) return [];
    const [form = kind, order = ""] = kind.split(":");
    const document = form in ORDERS ? ORDERS[form as keyof typeof ORDERS] : undefined;
    const number = document && (await rowOf(db, document, [order])).get(order)?.number;
    return [{ id, kind: form, about: number ?? "", parts: [] }];
  });
  return (await Promise.all(begun)).flat();
}
