/** One database for each company and person on this device: what they may see, and what they did that is on its way. */
import { Dexie, type Table } from "dexie";
import { DatabaseLost } from "./attempt";
import { Changes } from "./changes";
import type { PackKey, PartKey } from "./keys";
import { newKey, type Sealed } from "./secret";
import type { Id, Moment, Part, PartRows, PendingCall } from "./types";

const PREFIX = "huotong:";

/** What the app shows of its user before the server has spoken. */
export type Profile = {
  name: string;
  email: string;
  roles: string[];
  company: string;
  currency: string;
  permissions: string[];
};

/** A download that is under way: what it covers, and the chunks that are here already. */
export type Loading = {
  id: Id;
  /** Replaces all that is held; otherwise adds `wanted` to it. */
  whole: boolean;
  wanted: PartKey[];
  schemaVersion: number;
  /** From here a pull brings what any of its chunks may lack. */
  cursor: string;
  permissions: string[];
  parts: { key: PartKey; chunks: number }[];
  done: string[];
  startedAt: number;
};

export type Meta = {
  key: CryptoKey;
  cursor: string;
  schemaVersion: number;
  holds: PartKey[];
  /** Counts what was applied, so that whoever prepared something outside the transaction sees that he is late. */
  revision: number;
  profile: Profile;
  /** Of the last answer of the server, by this device's clock. */
  contactAt: number;
  loading: Loading;
  /** What a list of products begins with, prices and all: shown until the worker has read them all (products.ts). */
  first: Sealed;
};

export type Pack = PartRows[Part][] | Sealed;

/** A queued call as it is stored: what it says is encrypted, what the queue sorts by is not. */
export type StoredCall = Omit<PendingCall, "body" | "label"> & { sealed: Sealed };

/** A call that has left the queue: what became of it, and why a person took it out. */
export type StoredPast = StoredCall & { endedAt: Moment; ending: "done" | "discarded" | "replaced"; reason: string };

/** Work that is begun and not handed in (drafts.ts). `version`: another one with each change. */
export type StoredDraft = { id: Id; kind: string; sealed: Sealed; changedAt: Moment; version: Id };

export class Database extends Dexie {
  readonly companyId: Id;
  readonly userId: Id;
  declare readonly meta: Table<Meta[keyof Meta], keyof Meta>;
  declare readonly pack: Table<Pack, PackKey>;
  /** Packs of a download that is not complete yet. */
  declare readonly staged: Table<Pack, PackKey>;
  declare readonly call: Table<StoredCall, Id>;
  declare readonly past: Table<StoredPast, Id>;
  declare readonly draft: Table<StoredDraft, Id>;
  readonly changes: Changes;
  readonly #end = new AbortController();
  #key: CryptoKey | undefined;
  #taken = false;

  constructor(companyId: Id, userId: Id) {
    super(`${PREFIX}${companyId}:${userId}`, {
      autoOpen: false, // or a tab that missed the wiping would bring an empty database back
      cache: "disabled",
      chromeTransactionDurability: "strict", // "saved" is said after this, and a phone may lose power
    });
    this.companyId = companyId;
    this.userId = userId;
    this.version(1).stores({
      meta: "",
      pack: "",
      staged: "",
      call: "id, n, state, [state+n], lane, *dependsOn",
      past: "id, endedAt",
      draft: "id, kind",
    });
    this.changes = new Changes(this.name);
    // Another tab deletes or upgrades it: this one lets go, for good.
    this.on("versionchange", () => {
      this.#taken = true;
      this.close();
    });
  }

  get key(): CryptoKey {
    if (this.#key === undefined) throw new Error("the database is not open");
    return this.#key;
  }

  async fact<Name extends keyof Meta>(name: Name): Promise<Meta[Name] | undefined> {
    return (await this.meta.get(name)) as Meta[Name] | undefined;
  }

  /** Opens, and makes the key at the first time. */
  async ready(): Promise<this> {
    if (this.#taken) throw new DatabaseLost("another tab has removed or upgraded it");
    if (this.ended.aborted) throw new DatabaseLost("it is not in use here any more");
    await this.open();
    this.#key = (await this.fact("key")) ?? (await this.#newKey());
    return this;
  }

  /** Two tabs may both be the first: the first one's key stands. */
  async #newKey(): Promise<CryptoKey> {
    const fresh = await newKey();
    return this.transaction("rw", this.meta, async () => {
      const key = await this.fact("key");
      if (key === undefined) await this.meta.put(fresh, "key");
      return key ?? fresh;
    });
  }

  /** Aborted at the end of its use here, for what runs beside it. */
  get ended(): AbortSignal {
    return this.#end.signal;
  }

  /** The end of its use here. `close` alone is what happens to it on the way. */
  shut() {
    this.#end.abort();
    this.changes.close();
    this.close();
  }
}

/** Somebody who has data on this device, and how much of it is not sent or waits for a decision. */
export type Resident = {
  companyId: Id;
  userId: Id;
  profile: Profile | undefined;
  contactAt: Moment | undefined;
  unsent: number;
  attention: number;
};

export async function listDatabases(): Promise<Resident[]> {
  const names = (await Dexie.getDatabaseNames()).filter((name) => name.startsWith(PREFIX));
  return Promise.all(
    names.map(async (name) => {
      const [companyId = "", userId = ""] = name.slice(PREFIX.length).split(":");
      const db = new Database(companyId, userId);
      try {
        await db.open();
        const contactAt = await db.fact("contactAt");
        return {
          companyId,
          userId,
          profile: await db.fact("profile"),
          contactAt: contactAt === undefined ? undefined : new Date(contactAt).toISOString(),
          unsent: await db.call.where("state").anyOf("waiting", "sent").count(),
          attention: await db.call.where("state").anyOf("refused", "parked").count(),
        };
      } finally {
        db.shut();
      }
    }),
  );
}

/** Removes what one person has on this device. Other tabs close theirs when they are asked to. */
export const wipe = (companyId: Id, userId: Id) => Dexie.delete(`${PREFIX}${companyId}:${userId}`);
