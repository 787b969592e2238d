/** Searching beside the page, so that typing never waits for it. */
import type { PackKey } from "./keys";
import { type Asked, Shelf } from "./shelf";

export type ToWorker = { open: string } | { packs: readonly PackKey[] } | { n: number; asked: Asked };
export type FromWorker =
  | { news: "changed" }
  | { news: "failed"; reason: string }
  | { n: number; rows: unknown[] }
  | { n: number; failed: string };

const send = (message: FromWorker) => postMessage(message);

let shelf: Shelf | undefined;

addEventListener("message", async ({ data }: MessageEvent<ToWorker>) => {
  if ("open" in data) {
    shelf = new Shelf(data.open, (failure) =>
      send(failure === undefined ? { news: "changed" } : { news: "failed", reason: String(failure) }),
    );
    return;
  }
  if ("packs" in data) return shelf?.refill(data.packs);
  try {
    send({ n: data.n, rows: (await shelf?.answer(data.asked)) ?? [] });
  } catch (error) {
    send({ n: data.n, failed: String(error) });
  }
});
