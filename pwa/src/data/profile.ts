/**
 * Who used the app last, so that it opens without a server: names, roles and permissions, and nothing that opens
 * anything. The server decides what they may do when it is asked. It is read from localStorage, at once, and from
 * IndexedDB where the app was killed before the browser had written that (kept.ts).
 */
import type { ResultOf } from "./graphql";
import { keepFact, readFact } from "./kept";
import type { ME } from "./me";

export type Profile = ResultOf<typeof ME>["me"];
export type Person = { companyId: string; userId: string };

const PROFILE = "huotong.profile";
const REVOKED = "huotong.revoked";
const FACT = "profile";

function read<Value>(key: string): Value | null {
  const stored = localStorage.getItem(key);
  try {
    return stored === null ? null : (JSON.parse(stored) as Value);
  } catch {
    return null;
  }
}

const isProfile = (found: Partial<Profile> | null | undefined): found is Profile =>
  found?.id !== undefined && found.companyId !== undefined && Array.isArray(found.permissions);

export function lastProfile(): Profile | null {
  const found = read<Partial<Profile>>(PROFILE);
  return isProfile(found) ? found : null;
}

/** Resolves when it outlives the app being killed. */
export function keepProfile(profile: Profile): Promise<void> {
  localStorage.setItem(PROFILE, JSON.stringify(profile));
  return keepFact(FACT, profile);
}

/** Brings back what localStorage has lost. */
export async function recallProfile(): Promise<void> {
  if (lastProfile() !== null) return;
  const found = (await readFact(FACT)) as Partial<Profile> | undefined;
  if (isProfile(found)) localStorage.setItem(PROFILE, JSON.stringify(found));
}

/** The language stays: it is the device's as much as the person's. */
const STAYS: readonly string[] = ["huotong.language", REVOKED];

export function forgetProfile(): Promise<void> {
  for (const key of Object.keys(localStorage)) if (!STAYS.includes(key)) localStorage.removeItem(key);
  return keepFact(FACT, null);
}

/** Whose device was shut out while there is still something of theirs on it. */
export const revokedPerson = () => read<Person>(REVOKED);
export const markRevoked = (person: Person) => localStorage.setItem(REVOKED, JSON.stringify(person));
export const clearRevoked = () => localStorage.removeItem(REVOKED);
