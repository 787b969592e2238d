import type { Database } from "./db";

/** The browser took the database away, and opening it once more did not help. */
export class DatabaseLost extends Error {}

/** There is no room left on this device. Nothing of what was being written is there. */
export class StorageFull extends Error {}

const causes = (error: unknown): string[] =>
  error instanceof Error ? [error.name, ...causes((error as { inner?: unknown }).inner)] : [];

export const isFull = (error: unknown) => causes(error).includes("QuotaExceededError");

const LOST = new Set(["DatabaseClosedError", "InvalidStateError", "UnknownError", "TransactionInactiveError"]);

/**
 * Work on the database, as one transaction or repeatable. iOS drops connections of apps in the background: one more
 * try on a new one, and then an error that can be shown.
 */
export async function attempt<Result>(db: Database, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (isFull(error)) throw new StorageFull(String(error), { cause: error });
    if (!causes(error).some((name) => LOST.has(name))) throw error;
    try {
      db.close();
      await db.ready();
      return await work();
    } catch (again) {
      throw new DatabaseLost(String(again), { cause: again });
    }
  }
}
