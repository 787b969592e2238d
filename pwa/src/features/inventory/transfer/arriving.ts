import type { Place, Transfer } from "../../../offline/views";

/** Comes to this place, and something of it is still on the way. */
export const arriving = (transfer: Pick<Transfer, "status" | "toLocationId">, here: Pick<Place, "id"> | undefined) =>
  here !== undefined && transfer.toLocationId === here.id && transfer.status !== "RECEIVED";
