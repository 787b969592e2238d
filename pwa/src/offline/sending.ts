/** When the queue of this tab's person is sent: at once, and again whenever there is reason to hope. */
import { missed, onRecovery, reached } from "../data/connection";
import { Unreachable } from "../data/errors";
import { onHope } from "../data/hope";
import { accessToken, session, tokenInsteadOf } from "../data/session";
import { Store } from "../data/store";
import { type Courier, type Flushed, Pusher } from "./push";
import { courierOf } from "./courier";
import type { Database } from "./db";
import { device } from "./device";
import { SYNC_TAG } from "./tag";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const REGULARLY_MS = 60_000;

/** What the last attempt came to; null before the first. */
export const sending = new Store<{ busy: boolean; last: Flushed | null }>({ busy: false, last: null });

/** Told after each flush that reached the server: what the calls changed is worth fetching. */
const sentWatchers = new Set<() => void>();
export function onSent(watcher: () => void): () => void {
  sentWatchers.add(watcher);
  return () => void sentWatchers.delete(watcher);
}

const watched =
  (courier: Courier): Courier =>
  async (body) => {
    try {
      const answer = await courier(body);
      reached();
      return answer;
    } catch (error) {
      if (error instanceof Unreachable) missed();
      throw error;
    }
  };

class Sender {
  readonly #pusher: Pusher;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running = false;
  #again = false;
  #tries = 0;
  #stopped = false;

  constructor(db: Database) {
    this.#pusher = new Pusher(db, watched(courierOf(db, { accessToken, tokenInsteadOf })));
  }

  /** Something is new: a call, a network, a person looking. */
  readonly wake = () => {
    this.#tries = 0;
    void this.#run();
  };

  /** A person does not want to wait. */
  readonly hurry = () => {
    this.#pusher.hurry();
    this.wake();
  };

  /** A person waits for the end of it. */
  flush(): Promise<Flushed> {
    this.#pusher.hurry();
    return this.#pusher.flush();
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #run() {
    if (this.#running) this.#again = true;
    if (this.#running || this.#stopped) return;
    clearTimeout(this.#timer);
    this.#running = true;
    sending.set({ ...sending.value, busy: true });
    let last: Flushed = { end: "unreachable" };
    try {
      last = await this.#pusher.flush();
    } catch (error) {
      // Of a database that is not in use here any more there is nothing to say.
      if (!this.#stopped) console.error("The queue could not be sent, and is tried again:", error);
    }
    this.#running = false;
    sending.set({ busy: false, last });
    this.#plan(last);
    if (last.end === "empty" || last.end === "paused") sentWatchers.forEach((told) => told());
  }

  #plan(last: Flushed) {
    if (this.#stopped) return;
    if (this.#again) {
      this.#again = false;
      void this.#run();
      return;
    }
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#tries) * (0.5 + Math.random() / 2);
    this.#tries = last.end === "unreachable" || last.end === "busy" ? this.#tries + 1 : 0;
    if (last.end === "unreachable") void askBrowser();
    const wait = { empty: REGULARLY_MS, "signed-out": REGULARLY_MS, unreachable: pause, busy: pause };
    this.#timer = setTimeout(
      () => void this.#run(),
      last.end === "paused" ? Math.max(0, last.until - Date.now()) : wait[last.end],
    );
  }
}

type WithSync = ServiceWorkerRegistration & { sync?: { register: (tag: string) => Promise<void> } };

/** Where the browser can, it sends once there is a network, even with no page of ours open. */
async function askBrowser() {
  const registration = (await navigator.serviceWorker?.getRegistration()) as WithSync | undefined;
  await registration?.sync?.register(SYNC_TAG).catch(() => undefined); // a private window may not
}

let sender: Sender | undefined;

export const wake = () => sender?.wake();
export const hurry = () => sender?.hurry();
export const flushNow = async (): Promise<Flushed> => sender?.flush() ?? { end: "signed-out" };

/** For as long as the app runs. */
export function startSending(): void {
  const follow = () => {
    const db = device.value.status === "open" ? device.value.db : undefined;
    sender?.stop();
    sender = db && new Sender(db);
    wake();
  };
  device.watch(follow);
  session.watch(() => session.value.status === "signed-in" && wake());
  onRecovery(wake);
  onHope(wake);
  follow();
}
