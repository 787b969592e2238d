/** A code counts again after it was out of the picture: a shaky hand does not count twice, nor does a slow phone. */
export const GONE_MS = 1_200;
/** Frames looked at without it. Time alone would count a code that stays while the phone is busy with something else. */
export const GONE_FRAMES = 3;

type Sight = { at: number; missed: number };

export class Repeats {
  readonly #seen = new Map<string, Sight>();

  /** Whether a frame shows a code anew. To be told of every frame, also of those that show none. */
  isNew(code: string | null, now: number): boolean {
    for (const [known, sight] of this.#seen) {
      if (now - sight.at > GONE_MS && sight.missed >= GONE_FRAMES) this.#seen.delete(known);
      else if (known !== code) sight.missed += 1;
    }
    if (code === null) return false;
    const known = this.#seen.has(code);
    this.#seen.set(code, { at: now, missed: 0 });
    return !known;
  }
}
