/**
 * Who used the app last, so that it opens without a server: names, roles and permissions, and nothing that opens
 * anything. The server decides what they may do when it is asked.
 */
import type { ResultOf } from "./graphql";
import type { ME } from "./me";

export type Profile = ResultOf<typeof ME>["me"];
export type Person = { companyId: string; userId: string };

const PROFILE = "huotong.profile";
const REVOKED = "huotong.revoked";

function read<Value>(key: string): Value | null {
  const stored = localStorage.getItem(key);
  try {
    return stored === null ? null : (JSON.parse(stored) as Value);
  } catch {
    return null;
  }
}

export function lastProfile(): Profile | null {
  const profile = read<Partial<Profile>>(PROFILE);
  return profile?.id !== undefined && profile.companyId !== undefined && Array.isArray(profile.permissions)
    ? (profile as Profile)
    : null;
}

export const keepProfile = (profile: Profile) => localStorage.setItem(PROFILE, JSON.stringify(profile));

/** The language stays: it is the device's as much as the person's. */
const STAYS: readonly string[] = ["huotong.language", REVOKED];

export function forgetProfile() {
  for (const key of Object.keys(localStorage)) if (!STAYS.includes(key)) localStorage.removeItem(key);
}

/** Whose device was shut out while there is still something of theirs on it. */
export const revokedPerson = () => read<Person>(REVOKED);
export const markRevoked = (person: Person) => localStorage.setItem(REVOKED, JSON.stringify(person));
export const clearRevoked = () => localStorage.removeItem(REVOKED);
