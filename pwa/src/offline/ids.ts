/** Ids that the server derives by the same rule (domain/ids.py): what belongs to a document can be named before it is there. */
import type { Id } from "./types";

const MASK = (1n << 64n) - 1n;
const BLOCK = 128;

// BLAKE2b (RFC 7693), unkeyed. WebCrypto has no BLAKE2; a few derived ids need no library.
const IV: readonly bigint[] = [
  0x6a09e667f3bcc908n,
  0xbb67ae8584caa73bn,
  0x3c6ef372fe94f82bn,
  0xa54ff53a5f1d36f1n,
  0x510e527fade682d1n,
  0x9b05688c2b3e6c1fn,
  0x1f83d9abfb41bd6bn,
  0x5be0cd19137e2179n,
];

const SIGMA = [
  "0123456789abcdef",
  "ea489fd61c02b753",
  "b8c052fdae367194",
  "7931dcbe265a40f8",
  "905724afe1bc683d",
  "2c6a0b834d75fe19",
  "c51fed4a0763928b",
  "db7ec13950f4862a",
  "6fe9b308c2d714a5",
  "a2847615fb9e3cd0",
  "0123456789abcdef",
  "ea489fd61c02b753",
].map((round) => Array.from(round, (digit) => Number.parseInt(digit, 16)));

const rotated = (word: bigint, bits: bigint) => ((word >> bits) | (word << (64n - bits))) & MASK;

function compress(state: bigint[], block: Uint8Array, length: bigint, last: boolean) {
  const view = new DataView(block.buffer, block.byteOffset, BLOCK);
  const words = Array.from({ length: 16 }, (_, n) => view.getBigUint64(n * 8, true));
  const v = [...state, ...IV];
  const at = (n: number) => v[n] as bigint;
  v[12] = at(12) ^ length;
  if (last) v[14] = at(14) ^ MASK;
  const mix = (a: number, b: number, c: number, d: number, x: bigint, y: bigint) => {
    v[a] = (at(a) + at(b) + x) & MASK;
    v[d] = rotated(at(d) ^ at(a), 32n);
    v[c] = (at(c) + at(d)) & MASK;
    v[b] = rotated(at(b) ^ at(c), 24n);
    v[a] = (at(a) + at(b) + y) & MASK;
    v[d] = rotated(at(d) ^ at(a), 16n);
    v[c] = (at(c) + at(d)) & MASK;
    v[b] = rotated(at(b) ^ at(c), 63n);
  };
  for (const round of SIGMA) {
    const word = (n: number) => words[round[n] as number] as bigint;
    mix(0, 4, 8, 12, word(0), word(1));
    mix(1, 5, 9, 13, word(2), word(3));
    mix(2, 6, 10, 14, word(4), word(5));
    mix(3, 7, 11, 15, word(6), word(7));
    mix(0, 5, 10, 15, word(8), word(9));
    mix(1, 6, 11, 12, word(10), word(11));
    mix(2, 7, 8, 13, word(12), word(13));
    mix(3, 4, 9, 14, word(14), word(15));
  }
  for (let n = 0; n < 8; n += 1) state[n] = (state[n] as bigint) ^ at(n) ^ at(n + 8);
}

export function blake2b(message: Uint8Array, size: number): Uint8Array {
  const state = [...IV];
  state[0] = (state[0] as bigint) ^ BigInt(0x01010000 ^ size);
  const blocks = Math.max(1, Math.ceil(message.length / BLOCK));
  for (let n = 0; n < blocks; n += 1) {
    const block = new Uint8Array(BLOCK);
    block.set(message.subarray(n * BLOCK, (n + 1) * BLOCK));
    const last = n === blocks - 1;
    compress(state, block, BigInt(last ? message.length : (n + 1) * BLOCK), last);
  }
  const digest = new DataView(new ArrayBuffer(64));
  state.forEach((word, n) => digest.setBigUint64(n * 8, word, true));
  return new Uint8Array(digest.buffer).slice(0, size);
}

/** The same id for the same part of the same parent, on the device and on the server (UUIDv8). */
export function derivedId(parent: Id, ...what: (string | number)[]): Id {
  const bytes = Uint8Array.from(parent.replaceAll("-", "").match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const text = new TextEncoder().encode(what.join("|"));
  const message = new Uint8Array(bytes.length + text.length);
  message.set(bytes);
  message.set(text, bytes.length);
  const id = new Uint8Array(16);
  id.set(bytes.subarray(0, 6));
  id.set(blake2b(message, 10), 6);
  id[6] = ((id[6] as number) & 0x0f) | 0x80;
  id[8] = ((id[8] as number) & 0x3f) | 0x80;
  const hex = Array.from(id, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
