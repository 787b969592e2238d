/** When it is worth trying again to reach the server: what the browser says, and every so often whatever it says. */

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

/** Tells when a network came or a person is looking. Returns what ends it. */
export function onHope(tell: () => void): () => void {
  const end = new AbortController();
  const { signal } = end;
  for (const event of ["online", "focus", "pageshow"]) window.addEventListener(event, tell, { signal });
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && tell(), { signal });
  return () => end.abort();
}

/** Works until it says that it is done, or until it is ended by what this returns. `work` handles its own errors. */
export function keepTrying(work: () => Promise<boolean>): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running = false;
  let ended = false;
  let tries = 0;
  const end = () => {
    ended = true;
    clearTimeout(timer);
    unwatch();
  };
  const plan = () => {
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries);
    tries += 1;
    timer = setTimeout(() => void run(), pause * (0.5 + Math.random() / 2));
  };
  const run = async () => {
    if (running || ended) return;
    running = true;
    clearTimeout(timer);
    const done = await work();
    running = false;
    if (done) end();
    else if (!ended) plan();
  };
  const unwatch = onHope(() => {
    tries = 0;
    void run();
  });
  plan();
  return end;
}
