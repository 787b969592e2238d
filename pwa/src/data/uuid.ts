let last = 0n;

/** UUIDv7 (RFC 9562). Ids made in one millisecond, or while the clock stands or steps back, still ascend. */
export function uuid7(now = Date.now()): string {
  const random = crypto.getRandomValues(new Uint8Array(10));
  const seed = BigInt(((random[0] ?? 0) << 4) | ((random[1] ?? 0) >> 4)) & 0x7ffn; // room to count up in the 12 bits
  const fresh = (BigInt(now) << 12n) | seed;
  last = fresh > last ? fresh : last + 1n;
  const time = (last >> 12n).toString(16).padStart(12, "0");
  const counter = (last & 0xfffn).toString(16).padStart(3, "0");
  random[2] = ((random[2] ?? 0) & 0x3f) | 0x80;
  const tail = Array.from(random.subarray(2), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${tail.slice(0, 4)}-${tail.slice(4)}`;
}
