/** When the rows of the open database are brought up to date: whenever there is reason to expect something new. */
import { onRecovery } from "../data/connection";
import { Failed, SignedOut, Unreachable } from "../data/errors";
import { onHope } from "../data/hope";
import { session } from "../data/session";
import type { Database } from "./db";
import { device } from "./device";
import { listen } from "./events";
import { pull } from "./pull";
import { onSent } from "./sending";
import { askToPersist, checkLease, measureStorage } from "./storage";

const REGULARLY_MS = 60_000;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
const GOOD_MS = 10_000;

const jittered = (tries: number) => Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries) * (0.5 + Math.random() / 2);

const paused = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });

const OVER: readonly string[] = ["expired", "signed-out", "revoked"];
const isOver = () => OVER.includes(session.value.status);

/** Until somebody signs in again, if nobody is: asking with a dead session only makes noise. */
const signedIn = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const look = () => {
      if (isOver() && !signal.aborted) return;
      unwatch();
      resolve();
    };
    const unwatch = session.watch(look);
    signal.addEventListener("abort", look);
    look();
  });

/** Troubles that pass by themselves, or that the person is told about elsewhere (state.ts, the session). */
const expected = (error: unknown) =>
  error instanceof Unreachable || error instanceof SignedOut || error instanceof Failed;

class Follower {
  readonly #db: Database;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running = false;
  #again = false;
  #tries = 0;

  constructor(db: Database) {
    this.#db = db;
    db.ended.addEventListener("abort", () => clearTimeout(this.#timer));
    void this.#keepListening();
  }

  /** `wait`: another tab's pull may have begun before what we want to see. */
  readonly look = async (wait = false): Promise<void> => {
    this.#again ||= this.#running && wait;
    if (this.#running || this.#db.ended.aborted) return;
    clearTimeout(this.#timer);
    this.#running = true;
    try {
      await checkLease(this.#db);
      if (isOver()) return;
      await pull(this.#db, { wait, signal: this.#db.ended });
      this.#tries = 0;
      await checkLease(this.#db);
    } catch (error) {
      this.#tries += 1;
      if (!this.#db.ended.aborted && !expected(error)) reportError(error);
    } finally {
      this.#running = false;
      this.#plan();
    }
  };

  #plan() {
    if (this.#db.ended.aborted) return;
    const wait = this.#again ? 0 : this.#tries > 0 ? jittered(this.#tries) : REGULARLY_MS;
    const again = this.#again;
    this.#again = false;
    this.#timer = setTimeout(() => void this.look(again), wait);
  }

  /** One tab listens for all: the others hear of what it pulled. */
  async #keepListening() {
    const { ended, name } = this.#db;
    const all = async () => {
      for (let tries = 0; !ended.aborted; tries += 1) {
        await signedIn(ended);
        const from = Date.now();
        try {
          await listen(this.#db, () => void this.look(true), ended);
        } catch (error) {
          if (!ended.aborted && !expected(error)) reportError(error);
        }
        if (Date.now() - from > GOOD_MS) tries = 0;
        await paused(jittered(tries), ended);
      }
    };
    await navigator.locks.request(`huotong.live:${name}`, { signal: ended }, all).catch(() => undefined);
  }
}

let follower: Follower | undefined;

/** A person does not want to wait. */
export const lookNow = () => void follower?.look(true);

const look = () => void follower?.look();

/** For as long as the app runs. */
export function startLive(): void {
  const follow = () => {
    const db = device.value.status === "open" ? device.value.db : undefined;
    follower = db && new Follower(db);
    look();
    if (db === undefined) return;
    void measureStorage();
    const unwatch = db.changes.watch(({ parts }) => {
      if (!parts.includes("call")) return;
      unwatch(); // the first work that is kept here alone is a good moment to ask
      void askToPersist();
    });
  };
  device.watch(follow);
  session.watch(() => {
    if (session.value.status !== "signed-in") return;
    look();
    if (follower) void askToPersist();
  });
  onSent(lookNow);
  onRecovery(look);
  onHope(look);
  follow();
}
