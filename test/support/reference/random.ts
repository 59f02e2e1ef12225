/** Philox4x32-10 and what the kernels make of it, one value at a time in float64 (Salmon et al., SC 2011). */

type Words = [number, number, number, number];

/** The seed's two words and the counter words that a kernel is given. */
export interface Stream {
  key0: number;
  key1: number;
  step: number;
  stream: number;
  /** Of a mask: whose it is. Default 0. */
  replica?: number;
}

export function philoxBlock(counter: Words, key: [number, number]): Words {
  let [w0, w1, w2, w3] = counter.map(BigInt);
  let [k0, k1] = key.map(BigInt);
  const mask = 0xffffffffn;
  for (let round = 0; round < 10; round++) {
    const a = w0 * 0xd2511f53n;
    const b = w2 * 0xcd9e8d57n;
    [w0, w1, w2, w3] = [(b >> 32n) ^ w1 ^ k0, b & mask, (a >> 32n) ^ w3 ^ k1, a & mask];
    k0 = (k0 + 0x9e3779b9n) & mask;
    k1 = (k1 + 0xbb67ae85n) & mask;
  }
  return [Number(w0), Number(w1), Number(w2), Number(w3)];
}

/** Word i of a stream: word w of block 4 g + l is number 16 g + 4 w + l. */
export function word(i: number, s: Stream, attempt = 0): number {
  const block = 4 * Math.floor(i / 16) + (i % 4);
  return philoxBlock([block, s.step, s.stream, attempt], [s.key0, s.key1])[(i >> 2) % 4];
}

const fraction = (bits: number) => (bits >>> 8) / 2 ** 24;

export const uniform = (i: number, s: Stream) => fraction(word(i, s, s.replica));

/** Box-Muller on words 4 apart: the first of a pair is the radius, the second the angle; cosine first. */
export function normal(i: number, s: Stream, attempt = 0): number {
  const first = i & ~4;
  const radius = Math.sqrt(-2 * Math.log(fraction(word(first, s, attempt)) + 2 ** -24));
  const angle = 2 * Math.PI * fraction(word(first + 4, s, attempt));
  return radius * (i & 4 ? Math.sin(angle) : Math.cos(angle));
}

export function truncatedNormal(i: number, s: Stream): number {
  for (let attempt = 0; ; attempt++) {
    const z = normal(i, s, attempt);
    if (Math.abs(z) <= 2) return z;
  }
}

export function permutation(n: number, s: Stream): number[] {
  const y: number[] = [];
  for (let i = 0; i < n; i++) {
    const j = Math.floor((word(i, s) * (i + 1)) / 2 ** 32);
    y[i] = y[j];
    y[j] = i;
  }
  return y;
}

/** Whether dropout keeps element i: 16-bit half of a word, read as a signed number, below the bound. */
export function keeps(i: number, s: Stream, rate: number): boolean {
  const inGroup = i % 32;
  const at = 16 * Math.floor(i / 32) + 4 * (inGroup >> 3) + ((inGroup & 7) >> 1);
  const half = (word(at, s, s.replica) >>> (16 * (i & 1))) & 0xffff;
  return ((half << 16) >> 16) + 32768 < keptOf65536(rate);
}

/** The rate is a float32, and Wasm rounds ties to even. */
export function keptOf65536(rate: number): number {
  const exact = Math.fround(1 - Math.fround(rate)) * 65536;
  const rounded = Math.round(exact);
  return rounded - exact === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}
