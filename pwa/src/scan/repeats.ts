/** A code counts again after it was out of the picture for so long: a shaky hand does not count twice. */
export const GONE_MS = 1_200;

export class Repeats {
  readonly #seen = new Map<string, number>();

  /** Whether this sight of the code is a new one. To be told of every frame that shows it. */
  isNew(code: string, now: number): boolean {
    const last = this.#seen.get(code);
    for (const [other, at] of this.#seen) if (now - at > GONE_MS) this.#seen.delete(other);
    this.#seen.set(code, now);
    return last === undefined || now - last > GONE_MS;
  }
}
