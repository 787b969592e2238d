/** What the browser lets us keep, and for how long without a word from the server. */
import { Store } from "../data/store";
import type { Database } from "./db";

/** `persisted`: the browser will not clear it by itself. null: it does not say. In bytes. */
export type StorageState = { persisted: boolean | null; usage: number | null; quota: number | null };

export const storage = new Store<StorageState>({ persisted: null, usage: null, quota: null });

/** Looks again; iOS and private windows may know nothing. */
export async function measureStorage(): Promise<void> {
  const manager = navigator.storage as StorageManager | undefined;
  const [persisted, estimate] = await Promise.all([
    manager?.persisted?.().catch(() => null),
    manager?.estimate?.().catch(() => null),
  ]);
  storage.set({
    persisted: persisted ?? null,
    usage: estimate?.usage ?? null,
    quota: estimate?.quota ?? null,
  });
}

/** Asks the browser to keep what is here; some ask the person, so at moments that explain themselves. */
export async function askToPersist(): Promise<void> {
  if (storage.value.persisted === true) return;
  await (navigator.storage as StorageManager | undefined)?.persist?.().catch(() => false);
  await measureStorage();
}

export const LEASE_MS = 14 * 24 * 3_600_000;
const CLOCK_BACK_MS = 24 * 3_600_000;

/**
 * `locked`: the server has been silent for so long that this device may have been reported lost. Nothing is shown until
 * it speaks again; the queue is kept, and is sent first.
 */
export type Lease = { locked: boolean; contactAt: number | null };

export const lease = new Store<Lease>({ locked: false, contactAt: null });

export function leaseAt(contactAt: number | undefined, now: number): Lease {
  if (contactAt === undefined) return { locked: false, contactAt: null };
  const silent = now - contactAt;
  return { locked: silent > LEASE_MS || silent < -CLOCK_BACK_MS, contactAt };
}

export async function checkLease(db: Database): Promise<void> {
  const next = leaseAt(await db.fact("contactAt"), Date.now());
  const { locked, contactAt } = lease.value;
  if (next.locked !== locked || next.contactAt !== contactAt) lease.set(next);
}
