/** Photos of a document: those that the server has, and those that are on their way. */
import { useEffect, useState } from "react";
import { request } from "../data/client";
import { graphql } from "../data/graphql";
import { accessToken } from "../data/session";
import type { Id } from "../offline/types";
import { useQueue } from "../offline/views";

const PHOTOS = graphql(`
  query Photos($document: ID!) {
    photos(first: 20, filter: { documentId: { eq: $document } }, orderBy: [CREATED_AT_ASC]) {
      nodes {
        id
      }
    }
  }
`);

export type Photo = { id: Id; source: string; pending: boolean };

/** Empty without a network, but for what was taken on this device and not sent. */
export function usePhotos(documentId: Id): Photo[] {
  const [kept, setKept] = useState<readonly Photo[]>([]);
  const waiting = useQueue().calls.filter(
    ({ name, body }) => name === "inventory.attach_photo" && body.document_id === documentId,
  );
  const known = waiting.map(({ id }) => id).join();
  useEffect(() => {
    const leaving = new AbortController();
    let sources: string[] = [];
    const load = async () => {
      const { data } = await request(PHOTOS, { document: documentId }, leaving.signal);
      const photos = await Promise.all((data.photos?.nodes ?? []).map(({ id }) => fetched(id, leaving.signal)));
      sources = photos.map(({ source }) => source);
      if (leaving.signal.aborted) sources.forEach((source) => URL.revokeObjectURL(source));
      else setKept(photos);
    };
    load().catch(() => undefined); // without a network there is only what waits here
    return () => {
      leaving.abort();
      sources.forEach((source) => URL.revokeObjectURL(source));
    };
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- what has left the queue is with the server
  }, [documentId, known]);
  const ofServer = new Set(kept.map(({ id }) => id));
  return [
    ...kept,
    ...waiting
      .filter(({ body }) => !ofServer.has(String(body.photo_id)))
      .map(({ body }) => ({
        id: String(body.photo_id),
        source: `data:${String(body.media_type)};base64,${String(body.image)}`,
        pending: true,
      })),
  ];
}

/** The address alone would do for no <img>: it asks for a token. */
async function fetched(id: Id, signal: AbortSignal): Promise<Photo> {
  const headers = { Authorization: `Bearer ${await accessToken()}` };
  const answer = await fetch(`/downloads/photos/${id}`, { headers, signal, cache: "no-store" });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return { id, source: URL.createObjectURL(await answer.blob()), pending: false };
}
