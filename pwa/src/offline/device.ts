/** Whose database is open in this tab. IndexedDB's library comes with the first opening, after the first paint. */
import { Store } from "../data/store";
import type { Database } from "./db";
import type { Id } from "./types";

export type DeviceState =
  | { status: "closed" }
  | { status: "opening" }
  | { status: "blocked" } // another tab holds an older version open and has to be closed
  | { status: "open"; db: Database }
  | { status: "lost"; error: unknown }; // a reload may help

export const device = new Store<DeviceState>({ status: "closed" });

let turn = 0;

/** What is open here, or about to be. */
let current: { companyId: Id; userId: Id; db: Promise<Database> } | undefined;

/** Opens what this person has of this company on this device, and lets go of what was open before. */
export function openFor(companyId: Id, userId: Id): Promise<Database> {
  if (current?.companyId === companyId && current.userId === userId) return current.db;
  close();
  const opening = { companyId, userId, db: openAnew(companyId, userId) };
  current = opening;
  opening.db.catch(() => {
    if (current === opening) current = undefined;
  });
  return opening.db;
}

async function openAnew(companyId: Id, userId: Id): Promise<Database> {
  const mine = ++turn;
  device.set({ status: "opening" });
  const { Database } = await import("./db");
  const db = new Database(companyId, userId);
  db.on("blocked", () => mine === turn && device.set({ status: "blocked" }));
  db.on("versionchange", () => mine === turn && close());
  try {
    await db.ready();
  } catch (error) {
    db.shut();
    if (mine === turn) device.set({ status: "lost", error });
    throw error;
  }
  if (mine === turn) device.set({ status: "open", db });
  else db.shut();
  return db;
}

/** The database of this tab, once it is there. */
export const opened = () =>
  new Promise<Database>((resolve, reject) => {
    const look = () => {
      const state = device.value;
      if (state.status === "open") resolve(state.db);
      else if (state.status === "lost") reject(state.error);
      else return;
      unwatch();
    };
    const unwatch = device.watch(look);
    look();
  });

export function close() {
  turn += 1;
  current = undefined;
  if (device.value.status === "open") device.value.db.shut();
  device.set({ status: "closed" });
}

/** Removes all that a person has of a company on this device, the queue as well. */
export async function wipe(companyId: Id, userId: Id): Promise<void> {
  if (device.value.status === "open") {
    const { db } = device.value;
    if (db.companyId === companyId && db.userId === userId) close();
  }
  await (await import("./db")).wipe(companyId, userId);
}

export const listDatabases = async () => (await import("./db")).listDatabases();
