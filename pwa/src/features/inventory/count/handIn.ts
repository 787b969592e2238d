/** From a sheet to the calls that book it. */
import { uuid7 } from "../../../data/uuid";
import { enqueue } from "../../../offline/commands";
import type { Id, PendingCall } from "../../../offline/types";
import { dropDraft } from "../../../offline/drafts";
import { callsOf, type CountSheet } from "./sheet";
import { changeSheet, documentOf, type Photo, photoId } from "./sheets";

export type HandingIn = {
  id: Id;
  sheet: CountSheet;
  photos: readonly Photo[];
  queued: readonly PendingCall[];
  stockUnitOf: (product: Id) => Id | null;
  /** What the list of what waits says of a part, and of a photo. */
  label: (lines: number) => { title: string; detail: string };
  photoTitle: string;
};

/**
 * Interrupted anywhere, a sheet is handed in once more and nothing of it twice: a part has the same document again, and
 * what waits already is not kept anew.
 */
export async function handIn(work: HandingIn) {
  const { id, sheet, photos, queued, stockUnitOf, label, photoTitle } = work;
  const href = `/counts/${id}`;
  const parts = callsOf(sheet, stockUnitOf);
  for (const [part, lines] of parts.entries()) {
    const documentId = documentOf(id, part);
    const kept = queued.find(({ name, body }) => name === "inventory.record_count" && body.document_id === documentId);
    const call =
      kept?.id ??
      (await enqueue(
        "inventory.record_count",
        { documentId, lines },
        { lane: id, label: { ...label(lines.length), href } },
      ));
    const here = new Set(lines.map(({ productId }) => productId));
    for (const { productId, mediaType, image } of photos.filter((photo) => here.has(photo.productId))) {
      await enqueue(
        "inventory.attach_photo",
        { photoId: uuid7(), documentId, mediaType, image },
        { dependsOn: [call], label: { title: photoTitle, href } },
      );
      await dropDraft(photoId(id, productId));
    }
  }
  await changeSheet(id, (before) => ({ ...before, at: null, handedInAt: new Date().toISOString() }));
  return parts.length;
}
