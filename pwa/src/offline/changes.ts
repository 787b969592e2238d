import type { PackKey } from "./keys";
import type { Part } from "./types";

/** What is different now. The database is the truth; this only says where to look again. */
export type Change = {
  parts: readonly (Part | "call" | "profile" | "draft")[];
  /** The packs that were written or removed. */
  packs: readonly PackKey[];
};

/** Tells this tab, the others, and the search worker. */
export class Changes {
  readonly #channel: BroadcastChannel;
  readonly #watchers = new Set<(change: Change) => void>();
  /** How many there have been. What was read before the latest one is old. */
  count = 0;

  constructor(database: string) {
    this.#channel = new BroadcastChannel(`huotong.changed:${database}`);
    this.#channel.addEventListener("message", (event: MessageEvent<Change>) => this.#inform(event.data));
  }

  tell(change: Change) {
    this.#channel.postMessage(change);
    this.#inform(change);
  }

  watch(watcher: (change: Change) => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  close() {
    this.#channel.close();
    this.#watchers.clear();
  }

  #inform(change: Change) {
    this.count += 1;
    for (const watcher of this.#watchers) watcher(change);
  }
}
