import { readFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectClose, type Tolerance } from '../support/compare.js';
import { testRandom } from '../support/random.js';
import { activations, erf } from '../support/reference/activations.js';

interface Case {
  name: string;
  reference: (x: number) => number;
  low: number;
  high: number;
  tolerance: Tolerance;
  /** Pairs of an argument and the exact result. */
  exact: [number, number][];
}

const { fround } = Math;
const smallest = 2 ** -149;
const sine = (u: number) => Math.sin(2 * Math.PI * u);
const cosine = (u: number) => Math.cos(2 * Math.PI * u);

const cases: Case[] = [
  {
    name: 'exp',
    reference: Math.exp,
    low: -110,
    high: 95,
    tolerance: { ulp: 1 },
    exact: [
      [0, 1],
      [-0, 1],
      [88.73, Infinity],
      [Infinity, Infinity],
      [-103.9, smallest],
      [-104.1, 0],
      [-Infinity, 0],
      [NaN, NaN],
    ],
  },
  {
    name: 'expSaturating',
    reference: Math.exp,
    low: -87.67,
    high: 88.37,
    tolerance: { ulp: 1 },
    exact: [
      [0, 1],
      [-87.7, 0],
      [-1e30, 0],
      [-Infinity, 0],
      [89, 2.4055195376532847e38],
      [Infinity, 2.4055195376532847e38],
      [NaN, NaN],
    ],
  },
  {
    name: 'expNegative',
    reference: Math.exp,
    low: -87.67,
    high: 0,
    tolerance: { ulp: 1 },
    exact: [
      [0, 1],
      [-87.7, 0],
      [-Infinity, 0],
      [NaN, NaN],
    ],
  },
  {
    name: 'expm1',
    reference: Math.expm1,
    low: -110,
    high: 88.37,
    tolerance: { ulp: 2 },
    exact: [
      [0, 0],
      [smallest, smallest],
      [-smallest, -smallest],
      [-20, -1],
      [-Infinity, -1],
      [NaN, NaN],
    ],
  },
  {
    name: 'log',
    reference: Math.log,
    low: 0,
    high: Infinity,
    tolerance: { ulp: 1 },
    exact: [
      [1, 0],
      [0, -Infinity],
      [-0, -Infinity],
      [smallest, fround(Math.log(smallest))],
      [Infinity, Infinity],
      [-smallest, NaN],
      [-1, NaN],
      [-Infinity, NaN],
      [NaN, NaN],
    ],
  },
  {
    name: 'logNormal',
    reference: Math.log,
    low: 2 ** -126,
    high: 3.4e38,
    tolerance: { ulp: 1 },
    exact: [[1, 0]],
  },
  {
    name: 'log1pUnit',
    reference: Math.log1p,
    low: 0,
    high: 1,
    tolerance: { ulp: 2 },
    exact: [
      [0, 0],
      [2 ** -100, 2 ** -100],
      [NaN, NaN],
    ],
  },
  {
    name: 'tanh',
    reference: Math.tanh,
    low: -12,
    high: 12,
    tolerance: { ulp: 7 },
    exact: [
      [0, 0],
      [-0, -0],
      [10, 1],
      [-10, -1],
      [Infinity, 1],
      [-Infinity, -1],
      [NaN, NaN],
    ],
  },
  {
    name: 'sigmoid',
    reference: activations.sigmoid,
    low: -87.3,
    high: 100,
    tolerance: { ulp: 3 },
    exact: [
      [0, 0.5],
      [20, 1],
      [Infinity, 1],
      [NaN, NaN],
    ],
  },
  {
    name: 'softplus',
    reference: activations.softplus,
    low: -87.3,
    high: 100,
    tolerance: { ulp: 3 },
    exact: [
      [1e30, fround(1e30)],
      [Infinity, Infinity],
      [-100, 0],
      [-Infinity, 0],
      [NaN, NaN],
    ],
  },
  {
    name: 'normalShare',
    reference: (x) => (1 + erf(x / Math.SQRT2)) / 2,
    low: -7,
    high: 7,
    tolerance: { absolute: 2e-7 },
    exact: [
      [0, 0.5],
      [-0, 0.5],
      [5.6, 1],
      [-5.6, 0],
      [Infinity, 1],
      [-Infinity, 0],
      [NaN, NaN],
    ],
  },
  {
    name: 'normalDensity',
    reference: (x) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI),
    low: -14,
    high: 14,
    tolerance: { absolute: 1e-7 },
    exact: [
      [14, 0],
      [-14, 0],
      [NaN, NaN],
    ],
  },
  {
    name: 'sinTurns',
    reference: sine,
    low: 0,
    high: 1 - 2 ** -24,
    tolerance: { absolute: 9e-8 },
    exact: [
      [0, 0],
      [0.25, 1],
      [0.75, -1],
    ],
  },
  {
    name: 'cosTurns',
    reference: cosine,
    low: 0,
    high: 1 - 2 ** -24,
    tolerance: { absolute: 9e-8 },
    exact: [
      [0, 1],
      [0.5, -1],
    ],
  },
];

type Apply = (y: number, x: number, n: number) => void;

/** assembly/math.ts has no exports of its own in a module: this wraps each function in a loop over memory. */
async function compile(names: string[]): Promise<(name: string, x: Float32Array) => Float32Array> {
  const loops = names.map(
    (name) => `export function ${name}(y: usize, x: usize, n: i32): void {
      for (let i = 0; i < n; i += 4) v128.store(y + (i << 2), math.${name}(v128.load(x + (i << 2))));
    }`,
  );
  const entry = ["import * as math from './assembly/math';", ...loops].join('\n');
  const root = new URL('../../', import.meta.url);
  let bytes = new Uint8Array();
  const { error, stderr } = await asc.main(
    [
      'entry.ts',
      '-O3',
      '--enable',
      'simd',
      '--noAssert',
      '--runtime',
      'stub',
      '--importMemory',
      '--outFile',
      'math.wasm',
    ],
    {
      readFile(name) {
        if (name === 'entry.ts') return entry;
        return name.startsWith('assembly/') ? readFileSync(new URL(name, root), 'utf8') : null;
      },
      writeFile(_name, contents) {
        if (typeof contents !== 'string') bytes = contents.slice();
      },
      listFiles: () => [],
    },
  );
  if (error) throw new Error(stderr.toString());
  const memory = new WebAssembly.Memory({ initial: 64 });
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
  return (name, x) => {
    const [from, to] = [65536, 65536 + 16 * Math.ceil(x.length / 4)];
    new Float32Array(memory.buffer, from, x.length).set(x);
    (instance.exports[name] as Apply)(to, from, x.length);
    return new Float32Array(memory.buffer, to, x.length).slice();
  };
}

/** Half uniform in [low, high], half uniform among the bit patterns there, to meet tiny values as well. */
function samples(low: number, high: number): Float32Array {
  const count = 1 << 16;
  const next = testRandom(1);
  const width = Math.min(high, 1e6) - low;
  const bits = new Uint32Array(1);
  const pattern = new Float32Array(bits.buffer);
  const x = new Float32Array(count);
  for (let i = 0; i < count; i += 2) {
    x[i] = Math.max(low, Math.min(high, low + width * next()));
    do bits[0] = next() * 2 ** 32;
    while (!(pattern[0] >= low && pattern[0] <= high));
    x[i + 1] = pattern[0];
  }
  return x;
}

let apply: (name: string, x: Float32Array) => Float32Array;

beforeAll(async () => {
  apply = await compile(cases.map(({ name }) => name));
});

describe.each(cases)('$name', ({ name, reference, low, high, tolerance, exact }) => {
  test('agrees with float64', () => {
    const x = samples(low, high);
    expectClose(apply(name, x), Array.from(x, reference), tolerance);
  });

  test('is exact where it must be', () => {
    const x = Float32Array.from(exact, ([argument]) => argument);
    expect([...apply(name, x)]).toEqual(exact.map(([, result]) => result));
  });
});

test.each([
  ['tanh', -1, 1],
  ['normalShare', 0, 1],
  ['sigmoid', 0, 1],
  ['softplus', 0, Infinity],
  ['exp', 0, Infinity],
  ['expSaturating', 0, 2.41e38],
])('%s never leaves [%f, %f]', (name, low, high) => {
  const y = apply(
    name,
    samples(-Infinity, Infinity).map((x, i) => (i % 2 ? x : (i / 65536) * 40 - 20)),
  );
  expect(y.every((value) => value >= low && value <= high)).toBe(true);
});
