/** What screens call to have something done, with or without a network. */
import { useEffect, useState } from "react";
import type { Outcome } from "../data/command";
import { Store, useStore } from "../data/store";
import { uuid7 } from "../data/uuid";
import { replace } from "./decide";
import type { Database, StoredCall } from "./db";
import { opened } from "./device";
import { type CommandName, type InputOf, VERSIONS, wireBody } from "./inputs";
import { keep } from "./queue";
import { useDatabase } from "./rows";
import { wake } from "./sending";
import type { Answer, CallLabel, Id } from "./types";

export { type CommandName, type InputOf, wireBody } from "./inputs";

export type OfflineState =
  | { step: "idle" }
  | { step: "unkept"; error: Error } // it could not even be stored: nothing was done
  | { step: "kept"; id: Id } // stored on this device, and on its way
  | { step: "answered"; outcome: Outcome };

export type CallOptions = {
  /** Calls of one lane go in the order of their making; without one, that of the document that they are about. */
  lane?: string | undefined;
  dependsOn?: readonly Id[] | undefined;
  label: CallLabel;
  /** When it happened, if not now. */
  occurredAt?: string | undefined;
  /** A refused call, in whose place this one goes. */
  replaces?: Id | undefined;
};

/** The document that a call is about. */
function laneOf(id: Id, body: Record<string, unknown>): string {
  const about = [body.order_id, body.transfer_id, body.document_id].find((one) => typeof one === "string");
  return typeof about === "string" ? about : id;
}

/** Resolves when the call is durably stored. Its id is made now, so whatever happens then, it is done once. */
export async function enqueue<Name extends CommandName>(
  name: Name,
  input: InputOf<Name>,
  { lane, dependsOn = [], label, occurredAt = new Date().toISOString(), replaces }: CallOptions,
): Promise<Id> {
  const id = uuid7();
  const db = await opened();
  const body = wireBody(input);
  if (replaces === undefined) {
    await keep(db, {
      id,
      name,
      version: VERSIONS[name],
      body,
      occurredAt,
      lane: lane ?? laneOf(id, body),
      dependsOn,
      label,
    });
  } else {
    await replace(db, replaces, { id, body, label });
  }
  wake();
  return id;
}

/** As GraphQL would have answered it. */
export const outcomeOf = (id: Id, answer: Answer): Outcome => ({
  ...answer,
  id,
  status: answer.status.toUpperCase() as Outcome["status"],
  records: answer.records.map((record) => ({ ...record, status: record.status.toUpperCase() })) as Outcome["records"],
});

const ACCEPTED: Answer = { status: "accepted", code: null, field: null, data: {}, records: [], attention: null };

/** What became of a call; undefined while nobody knows, null where a person has taken it out of the queue. */
async function outcomeIn(db: Database, id: Id): Promise<Outcome | null | undefined> {
  const past = await db.past.get(id);
  if (past !== undefined) return past.ending === "done" ? outcomeOf(id, past.answer ?? ACCEPTED) : null;
  const call: StoredCall | undefined = await db.call.get(id);
  return call === undefined || call.answer === null ? undefined : outcomeOf(id, call.answer);
}

/** One form's command. Pressing twice is one command, until it is answered or cleared. */
class Form<Name extends CommandName> {
  readonly state = new Store<OfflineState>({ step: "idle" });
  readonly #name: Name;
  #open: Promise<Id> | null = null;

  constructor(name: Name) {
    this.#name = name;
  }

  readonly run = (input: InputOf<Name>, options: CallOptions): Promise<Id> => {
    this.#open ??= this.#keep(input, options);
    return this.#open;
  };

  readonly clear = () => {
    this.#open = null;
    this.state.set({ step: "idle" });
  };

  async #keep(input: InputOf<Name>, options: CallOptions): Promise<Id> {
    try {
      const id = await enqueue(this.#name, input, options);
      this.state.set({ step: "kept", id });
      return id;
    } catch (error) {
      this.#open = null;
      this.state.set({ step: "unkept", error: error as Error });
      throw error;
    }
  }

  async look(db: Database): Promise<void> {
    const before = this.state.value;
    if (before.step !== "kept") return;
    const outcome = await outcomeIn(db, before.id);
    if (outcome === undefined || this.state.value !== before) return;
    this.#open = null;
    this.state.set(outcome === null ? { step: "idle" } : { step: "answered", outcome });
  }
}

export function useOffline<Name extends CommandName>(name: Name) {
  const [form] = useState(() => new Form(name));
  const state = useStore(form.state);
  const db = useDatabase();
  const kept = state.step === "kept" ? state.id : undefined;
  useEffect(() => {
    if (db === undefined || kept === undefined) return undefined;
    void form.look(db);
    return db.changes.watch(({ parts }) => parts.includes("call") && void form.look(db));
  }, [db, form, kept]);
  return { state, run: form.run, clear: form.clear };
}
