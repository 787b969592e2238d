/** Count sheets as drafts of this device, and the way from a sheet to the commands that book it. */
import { useCallback } from "react";
import { uuid7 } from "../../../data/uuid";
import type { Database } from "../../../offline/db";
import { changeDraft, dropDraft, keepDraft, useDraft, useDrafts } from "../../../offline/drafts";
import { derivedId } from "../../../offline/ids";
import type { Id } from "../../../offline/types";
import type { Small } from "../../../scan/shrink";
import { queueOf } from "../../../offline/overlay";
import { endingsOf } from "../../../offline/queue";
import { useRows } from "../../../offline/rows";
import { type CountSheet, fateOf } from "./sheet";

const KIND = "count";
const PHOTO = "count-photo";

export const useSheets = () => useDrafts<CountSheet>(KIND);
export const useSheet = (id: Id) => useDraft<CountSheet>(id);
export const changeSheet = (id: Id, change: (sheet: CountSheet) => CountSheet) => changeDraft(id, change);

export async function beginSheet(sheet: Pick<CountSheet, "placeId" | "placeName" | "blind" | "list" | "part">) {
  const id = uuid7();
  const startedAt = new Date().toISOString();
  await keepDraft<CountSheet>(id, KIND, { ...sheet, lines: {}, skipped: [], at: null, startedAt, handedInAt: null });
  return id;
}

/** The document that a part of a sheet becomes: the same again when handing in is interrupted and repeated. */
export const documentOf = (sheet: Id, part: number): Id => derivedId(sheet, "count", part);

const CALLS = ["call"] as const;

/** What of a sheet is still in the queue; undefined until the queue is read, when nothing is known yet. */
export const useSheetCalls = (id: Id) => useRows(CALLS, queueOf)?.filter(({ lane }) => lane === id);

/** The fate of each sheet that was handed in, and why a person took a part of it out. */
export function useFates(sheets: readonly { id: Id; body: CountSheet }[]) {
  const key = sheets.map(({ id }) => id).join();
  const since = sheets.map(({ body }) => body.startedAt).toSorted()[0] ?? "";
  return useRows(
    CALLS,
    useCallback(
      async (db: Database) => {
        const ids = key === "" ? [] : key.split(",");
        const [calls, past] = await Promise.all([queueOf(db), endingsOf(db, ids, since)]);
        return new Map(
          ids.map((id) => {
            const ended = past.filter(({ lane }) => lane === id);
            const fate = fateOf(
              calls.filter(({ lane }) => lane === id),
              ended,
            );
            return [id, { fate, reason: ended.findLast(({ ending }) => ending === "discarded")?.reason ?? "" }];
          }),
        );
      },
      [key, since],
    ),
  );
}

// A picture is a draft of its own: it would be written again with every key that is pressed on the sheet.
export type Photo = Small & { sheetId: Id; productId: Id };
export const photoId = (sheet: Id, product: Id) => derivedId(sheet, "photo", product);

export const usePhoto = (sheet: Id, product: Id) => useDraft<Photo>(photoId(sheet, product));
export const usePhotos = (sheet: Id): Photo[] =>
  (useDrafts<Photo>(PHOTO) ?? []).map(({ body }) => body).filter(({ sheetId }) => sheetId === sheet);
export const keepPhoto = (photo: Photo) => keepDraft(photoId(photo.sheetId, photo.productId), PHOTO, photo);
export const dropPhoto = (sheet: Id, product: Id) => dropDraft(photoId(sheet, product));

export async function dropSheet(id: Id, sheet: CountSheet) {
  const products = [...(sheet.list ?? []), ...Object.keys(sheet.lines)];
  await dropDraft(id, ...products.map((product) => photoId(id, product)));
}
