/**
 * Encryption of what is kept on the device. The key never leaves WebCrypto and lies in the database beside what it
 * opens: it keeps names, prices and queued work out of backups and of tools that read the files, and not from somebody
 * who holds the unlocked phone or runs code of this origin.
 */

/** A random nonce, then AES-256-GCM of the value's JSON. */
export type Sealed = Uint8Array<ArrayBuffer>;

const NONCE_BYTES = 12;

export const newKey = () => crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);

export async function seal(key: CryptoKey, value: unknown): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const clear = new TextEncoder().encode(JSON.stringify(value));
  const encrypted = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, clear);
  const sealed = new Uint8Array(NONCE_BYTES + encrypted.byteLength);
  sealed.set(iv);
  sealed.set(new Uint8Array(encrypted), NONCE_BYTES);
  return sealed;
}

export async function unseal(key: CryptoKey, sealed: Sealed): Promise<unknown> {
  const iv = sealed.subarray(0, NONCE_BYTES);
  const clear = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, sealed.subarray(NONCE_BYTES));
  return JSON.parse(new TextDecoder().decode(clear));
}
