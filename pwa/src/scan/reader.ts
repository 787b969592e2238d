/** The worker that finds codes in pictures; one for the page, kept once it was needed. */
import { scriptUrl } from "../app/trusted";
import type { Answered, Asked } from "./reader.worker";
// oxlint-disable-next-line import/default -- Vite makes it
import workerUrl from "./reader.worker?worker&url";

let worker: Worker | undefined;
let last = 0;
const open = new Map<number, (answer: Answered) => void>();

function start(): Worker {
  const made = new Worker(scriptUrl(workerUrl), { type: "module", name: "reader" });
  made.addEventListener("message", ({ data }: MessageEvent<Answered>) => {
    open.get(data.n)?.(data);
    open.delete(data.n);
  });
  made.addEventListener("error", () => {
    for (const [n, answer] of open) answer({ n, texts: [], failed: true });
    open.clear();
    worker = undefined;
  });
  return made;
}

/**
 * The codes of a picture, the one in the middle first, as a scanner set to send its symbology would type them.
 * `still`: there is one picture only, so more time is spent on it.
 */
export function codesIn(picture: ImageBitmap | Blob, still: boolean): Promise<Answered> {
  worker ??= start();
  const asked: Asked = { n: ++last, picture, still };
  const answer = new Promise<Answered>((done) => open.set(asked.n, done));
  worker.postMessage(asked, picture instanceof Blob ? [] : [picture]);
  return answer;
}
