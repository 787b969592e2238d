/**
 * What a person did on this device and the server has not confirmed yet. A call is stored before anybody is told that
 * it is kept, sent with the same id and body until there is an answer, and leaves when the rows that it changed are
 * here, or when a person takes it out.
 */
import { attempt } from "./attempt";
import type { Database, StoredCall, StoredPast } from "./db";
import { seal, unseal } from "./secret";
import type { Answer, CallLabel, CallState, CommandRow, Id, Moment, PendingCall, WireCall } from "./types";

export const CALLS = { parts: ["call"], packs: [] } as const;

/** Not answered: to be sent, or sent and perhaps lost. */
export const UNSENT: readonly CallState[] = ["waiting", "sent"];
/** A person has to decide. */
export const STUCK: readonly CallState[] = ["refused", "parked"];

type Content = { body: WireCall["body"]; label: CallLabel };
export type PastCall = PendingCall & Pick<StoredPast, "endedAt" | "ending" | "reason">;
export type NewCall = WireCall & { label: CallLabel };

const contents = new WeakMap<Database, Map<Id, Content>>();

/** What a call says never changes under its id, so it is decrypted once. */
export async function opened<Stored extends StoredCall>(db: Database, stored: Stored) {
  const known = contents.get(db) ?? new Map<Id, Content>();
  contents.set(db, known);
  const content = known.get(stored.id) ?? ((await unseal(db.key, stored.sealed)) as Content);
  known.set(stored.id, content);
  const { sealed: _, ...rest } = stored;
  return { ...rest, ...content };
}

/** All calls of the queue, in the order of their making. */
export async function readQueue(db: Database): Promise<PendingCall[]> {
  const stored = await attempt(db, () => db.call.orderBy("n").toArray());
  return Promise.all(stored.map((call) => opened(db, call)));
}

/** Calls that have left the queue, the latest first. */
export const readPast = (db: Database) => pastCalls(db, 200);

async function pastCalls(db: Database, limit: number): Promise<PastCall[]> {
  const stored = await attempt(db, async () => {
    const ids = await db.past.orderBy("endedAt").primaryKeys();
    return (await db.past.bulkGet(ids.slice(-limit).toReversed())).filter((call) => call !== undefined);
  });
  return Promise.all(stored.map((call) => opened(db, call)));
}

/** How the calls of these lanes ended, of those that have left the queue since then; the earliest first. */
export const endingsOf = (db: Database, lanes: readonly string[], since: Moment): Promise<StoredPast[]> =>
  attempt(db, () =>
    db.past
      .where("endedAt")
      .aboveOrEqual(since)
      .filter(({ lane }) => lanes.includes(lane))
      .toArray(),
  );

export async function sealed(db: Database, call: NewCall): Promise<Omit<StoredCall, "n">> {
  const { body, label, ...rest } = call;
  return {
    ...rest,
    state: "waiting",
    answer: null,
    attempts: 0,
    error: null,
    sealed: await seal(db.key, { body, label } satisfies Content),
  };
}

/** Without these, what follows them in their lane would be refused. */
const BEFORE_OTHERS: ReadonlySet<string> = new Set([
  "inventory.send_transfer",
  "sales.place_sales_order",
  "sales.confirm_sales_order",
]);

/** Durable once this resolves. Repeating it with the same id changes nothing. */
export async function keep(db: Database, call: NewCall): Promise<void> {
  const stored = await sealed(db, call);
  await attempt(db, () =>
    db.transaction("rw", db.call, db.past, async () => {
      if ((await db.call.get(call.id)) !== undefined) return;
      const last = await db.call.orderBy("n").last();
      const lane = await db.call.where("lane").equals(call.lane).toArray();
      const needed = lane.filter((one) => BEFORE_OTHERS.has(one.name) && one.state !== "accepted").map(({ id }) => id);
      const dependsOn = [...new Set([...call.dependsOn, ...needed])];
      const state = (await hopeless(db, dependsOn)) ? "parked" : "waiting";
      await db.call.add({ ...stored, n: (last?.n ?? 0) + 1, dependsOn, state });
    }),
  );
  db.changes.tell(CALLS);
}

/** Does one of these wait for a person, or has one taken it out? */
export async function hopeless(db: Database, ids: readonly Id[]): Promise<boolean> {
  const [calls, past] = [await db.call.bulkGet([...ids]), await db.past.bulkGet([...ids])];
  return calls.some((one) => one && STUCK.includes(one.state)) || past.some((one) => one && one.ending !== "done");
}

/** Said before the request leaves: whatever happens then, the next one repeats these ids. */
export async function begin(db: Database, ids: readonly Id[]): Promise<Id[]> {
  return attempt(db, () =>
    db.transaction("rw", db.call, async () => {
      const calls = (await db.call.bulkGet([...ids])).filter((call) => call !== undefined);
      const going = calls.filter((call) => UNSENT.includes(call.state));
      await db.call.bulkPut(going.map((call) => ({ ...call, state: "sent", attempts: call.attempts + 1 })));
      return going.map((call) => call.id);
    }),
  );
}

const TELL_MS = 500;
const TELL_LATER_MS = 3000;
const MANY = 50;
const told = new WeakMap<Database, { at: number; waiting: boolean }>();

/** Screens read the queue anew: of a long one that goes off batch by batch, they hear every few seconds. */
function tellOfAnswers(db: Database, answers: number) {
  const last = told.get(db) ?? { at: 0, waiting: false };
  told.set(db, last);
  if (last.waiting) return;
  const tell = () => {
    Object.assign(last, { at: Date.now(), waiting: false });
    if (!db.ended.aborted) db.changes.tell(CALLS);
  };
  const wait = last.at + (answers < MANY ? TELL_MS : TELL_LATER_MS) - Date.now();
  if (wait <= 0) return tell();
  last.waiting = true;
  setTimeout(tell, wait);
}

/** The same calls once more, later: nobody answered. */
export async function failed(db: Database, ids: readonly Id[], error: string): Promise<void> {
  await attempt(db, () =>
    db.transaction("rw", db.call, () =>
      db.call
        .where("id")
        .anyOf([...ids])
        .modify({ error }),
    ),
  );
  tellOfAnswers(db, ids.length);
}

/** What the server said about calls that were sent. What a pull has settled meanwhile stays settled. */
export async function settle(db: Database, answers: readonly (Answer & { id: Id })[]): Promise<void> {
  await attempt(db, () =>
    db.transaction("rw", db.call, async () => {
      for (const { id, ...answer } of answers) {
        const call = await db.call.get(id);
        if (call === undefined || !UNSENT.includes(call.state)) continue;
        await db.call.put(answered(call, answer));
        if (answer.status === "refused") await park(db, id);
      }
    }),
  );
  tellOfAnswers(db, answers.length);
}

const NEXT = {
  accepted: "accepted",
  partly: "accepted",
  refused: "refused",
  waiting: "review",
  deferred: "waiting",
  failed: "waiting",
} as const satisfies Record<Answer["status"], CallState>;

function answered(call: StoredCall, answer: Answer): StoredCall {
  const parked = answer.status === "refused" && answer.code === "dependency_refused";
  const open = answer.status === "deferred" || answer.status === "failed";
  return {
    ...call,
    state: parked ? "parked" : NEXT[answer.status],
    answer: open ? call.answer : { ...answer, attention: answer.attention ?? call.answer?.attention ?? null },
    error: open ? (answer.code ?? answer.status) : null,
  };
}

/** What depends on a refused call does not go on without a person, nor does what depends on that. In a transaction. */
export async function park(db: Database, id: Id): Promise<void> {
  for (const call of await db.call.where("dependsOn").equals(id).toArray()) {
    if (!UNSENT.includes(call.state)) continue;
    await db.call.put({ ...call, state: "parked" });
    await park(db, call.id);
  }
}

/**
 * The server's rows about our calls, within the transaction that applies the page they came in: what they changed is
 * here as of now, so they leave the overlay at the same moment.
 */
export async function onCommandRows(db: Database, rows: readonly CommandRow[]): Promise<void> {
  const calls = await db.call.bulkGet(rows.map((row) => row.id));
  for (const [index, { id, ...answer }] of rows.entries()) {
    const call = calls[index];
    if (call === undefined) continue;
    const after = answered(call, answer);
    if (after.state === "accepted") await end(db, after, "done");
    else await db.call.put(after);
    if (answer.status === "refused") await park(db, id);
  }
}

/** Out of the queue, and into the record of what became of it. In a transaction on both. */
export async function end(db: Database, call: StoredCall, ending: StoredPast["ending"], reason = ""): Promise<void> {
  await db.past.put({ ...call, ending, reason, endedAt: new Date().toISOString() });
  await db.call.delete(call.id);
}

const REMEMBERED = 500;
const REMEMBERED_MS = 90 * 24 * 3_600_000;

/** The record of what is over does not grow for ever; what a person took out of the queue stays longest. */
export async function prune(db: Database): Promise<void> {
  const old = new Date(Date.now() - REMEMBERED_MS).toISOString();
  await attempt(db, () =>
    db.transaction("rw", db.past, async () => {
      const done = await db.past
        .orderBy("endedAt")
        .filter((call) => call.ending === "done")
        .primaryKeys();
      await db.past.bulkDelete(done.slice(0, -REMEMBERED));
      await db.past.where("endedAt").below(old).delete();
    }),
  );
}

export type QueueFile = {
  company: Id;
  person: Id;
  exportedAt: Moment;
  calls: PendingCall[];
  /** Taken out of the queue by the person, and why. */
  discarded: PastCall[];
};

/** All that is not booked, readable: for support, when a device cannot send it any more. */
export async function exportQueue(db: Database): Promise<QueueFile> {
  const past = await pastCalls(db, Number.MAX_SAFE_INTEGER);
  return {
    company: db.companyId,
    person: db.userId,
    exportedAt: new Date().toISOString(),
    calls: (await readQueue(db)).filter((call) => call.state !== "accepted"),
    discarded: past.filter((call) => call.ending === "discarded"),
  };
}
