const P1 = 0x9e3779b1;
const P2 = 0x85ebca77;
const P3 = 0xc2b2ae3d;
const P4 = 0x27d4eb2f;
const P5 = 0x165667b1;

/**
 * XXH32 of the bytes (Collet, xxHash specification 0.1.1): finds damage, not forgery. A change of one word always
 * changes it.
 */
export function checksum(bytes: Uint8Array, seed = 0): number {
  const { buffer, byteOffset, length } = bytes;
  const view = new DataView(buffer, byteOffset, length);
  let at = 0;
  let hash = seed + P5;
  if (length >= 16) {
    let [a, b, c, d] = [(seed + P1 + P2) | 0, (seed + P2) | 0, seed | 0, (seed - P1) | 0];
    for (; at + 16 <= length; at += 16) {
      a = Math.imul(rotate(a + Math.imul(view.getInt32(at, true), P2), 13), P1);
      b = Math.imul(rotate(b + Math.imul(view.getInt32(at + 4, true), P2), 13), P1);
      c = Math.imul(rotate(c + Math.imul(view.getInt32(at + 8, true), P2), 13), P1);
      d = Math.imul(rotate(d + Math.imul(view.getInt32(at + 12, true), P2), 13), P1);
    }
    hash = rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18);
  }
  hash = (hash + length) | 0;
  for (; at + 4 <= length; at += 4) {
    hash = Math.imul(rotate(hash + Math.imul(view.getInt32(at, true), P3), 17), P4);
  }
  for (; at < length; at++) hash = Math.imul(rotate(hash + Math.imul(bytes[at], P5), 11), P1);
  hash = Math.imul(hash ^ (hash >>> 15), P2);
  hash = Math.imul(hash ^ (hash >>> 13), P3);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
