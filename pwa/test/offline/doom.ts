/** A tab that is killed at its n-th step: from then on nothing of it reaches the database or the network. */
import { type DBCore, type DBCoreTable, Dexie } from "dexie";
import type { Database } from "../../src/offline/db";
import type { Courier } from "../../src/offline/push";

export class Killed extends Error {
  override readonly name = "Killed";
}

export class Doom {
  steps: number;

  constructor(steps: number) {
    this.steps = steps;
  }

  readonly step = () => {
    if (this.steps <= 0) throw new Killed();
    this.steps -= 1;
  };

  /** Every statement, and the end of every transaction that has not ended yet. */
  over(db: Database): Database {
    db.use({
      stack: "dbcore",
      name: "doom",
      create: (core: DBCore) => ({ ...core, table: (name: string) => this.#table(core.table(name)) }),
    });
    return db;
  }

  #table(table: DBCoreTable): DBCoreTable {
    // Dexie's own promises: after a native `await` a transaction might end before it is aborted.
    const doomed =
      <Asked, Result>(work: (asked: Asked) => PromiseLike<Result>) =>
      (asked: Asked): Promise<Result> => {
        try {
          this.step();
        } catch (killed) {
          return Dexie.Promise.reject(killed) as unknown as Promise<Result>;
        }
        return work(asked) as Promise<Result>;
      };
    return {
      ...table,
      mutate: doomed((asked: Parameters<DBCoreTable["mutate"]>[0]) => table.mutate(asked)),
      get: doomed((asked: Parameters<DBCoreTable["get"]>[0]) => table.get(asked)),
      getMany: doomed((asked: Parameters<DBCoreTable["getMany"]>[0]) => table.getMany(asked)),
      query: doomed((asked: Parameters<DBCoreTable["query"]>[0]) => table.query(asked)),
    };
  }

  /** Killed before the request leaves, or after the server has answered. */
  courier(courier: Courier): Courier {
    return async (body) => {
      this.step();
      const answer = await courier(body);
      this.step();
      return answer;
    };
  }
}
