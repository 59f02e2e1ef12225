import { describe, expect, test } from 'vitest';
import { expectClose } from '../support/compare.js';
import { KernelBench } from '../support/kernels.js';
import { uniformArray } from '../support/random.js';
import {
  clipScale,
  optimizers,
  type Parameter,
  type Settings,
  update,
} from '../support/reference/optimizers.js';

const RECORD = 32;
const bench = new KernelBench();

type Kernel = (table: number, count: number, scalars: number) => void;
const kernels = bench.kernels as unknown as Record<string, Kernel>;

/** A run of parameters in memory, padded with zeros to a multiple of four. */
interface Run {
  size: number;
  padded: number;
  w: number;
  g: number;
  slots: number[];
}

const padded = (data: ArrayLike<number>) => {
  const array = new Float32Array(Math.ceil(data.length / 4) * 4);
  array.set(data);
  return array;
};

function placeRun(w: Float32Array, initial: number[]): Run {
  const slots = initial.map((value) => bench.place(padded(new Float32Array(w.length).fill(value))));
  return {
    size: w.length,
    padded: Math.ceil(w.length / 4) * 4,
    w: bench.place(padded(w)),
    g: bench.place(padded(new Float32Array(w.length))),
    slots,
  };
}

function placeTable(runs: Run[], settings: Settings): number {
  const table = bench.reserve(runs.length * RECORD);
  const view = new DataView(bench.memory.buffer);
  runs.forEach((run, i) => {
    const record = table + i * RECORD;
    [run.w, run.g, run.slots[0] ?? 0, run.slots[1] ?? 0, run.padded].forEach((word, k) => {
      view.setInt32(record + 4 * k, word, true);
    });
    view.setFloat32(record + 20, settings.decay ?? 0, true);
    view.setFloat32(record + 24, settings.scale ?? 1, true);
    view.setInt32(record + 28, run.slots[2] ?? 0, true);
  });
  return table;
}

function write(address: number, data: ArrayLike<number>): void {
  new Float32Array(bench.memory.buffer, address, data.length).set(data);
}

function scaleOf(table: number, i: number): number {
  return new DataView(bench.memory.buffer).getFloat32(table + i * RECORD + 24, true);
}

/** The scalar block: lr, clipvalue, seven hyper-parameters, `skip`, and the words of movingAverage. */
function scalarWords({ lr, clipvalue = Infinity }: Settings, hyper: number[]): number[] {
  const words: number[] = new Array(16).fill(0);
  [lr, clipvalue, ...hyper].forEach((word, i) => {
    words[i] = word;
  });
  return words;
}

const sizes = [4, 5, 13, 257];
const steps = 20;
const settings: [string, Settings][] = [
  ['plainly', { lr: 0.01 }],
  ['with a scale, clipvalue and weight decay', { lr: 0.01, scale: 1.5, clipvalue: 0.7, decay: 0.04 }],
];

describe.each(Object.entries(optimizers))('%s', (name, optimizer) => {
  test.each(settings)('follows the reference %s', (_, setting) => {
    bench.reset();
    const initial = sizes.map((size, i) => uniformArray(size, i));
    const runs = initial.map((w) => placeRun(w, optimizer.slots));
    const expected = initial.map((w) =>
      Array.from(w, (value): Parameter => ({ w: value, slots: [...optimizer.slots] })),
    );
    const table = placeTable(runs, setting);
    const scalars = bench.reserve(64);
    for (let t = 1; t <= steps; t++) {
      write(scalars, scalarWords(setting, optimizer.hyper(setting.lr, t)));
      runs.forEach((run, r) => {
        const g = uniformArray(run.size, 1000 * t + r);
        write(run.g, g);
        expected[r].forEach((p, i) => {
          update(optimizer, p, g[i], t, setting);
        });
        optimizer.finish?.(expected[r], setting.lr, t);
      });
      kernels[name](table, runs.length, scalars);
    }
    runs.forEach((run, r) => {
      // The rounding of 20 steps.
      expectClose(
        bench.f32(run.w, run.size),
        expected[r].map((p) => p.w),
        { absolute: 6e-7 },
      );
      run.slots.forEach((slot, s) => {
        expectClose(
          bench.f32(slot, run.size),
          expected[r].map((p) => p.slots[s]),
          { relativeToMax: 4.5e-7 },
        );
        expect(bench.tailIntact(slot, run.padded * 4)).toBe(true);
      });
      // Zero padding stays finite and moves no weight.
      expect(bench.f32(run.w, run.padded).slice(run.size)).toEqual(new Float32Array(run.padded - run.size));
      expect(bench.tailIntact(run.w, run.padded * 4)).toBe(true);
    });
  });

  test.each([1, 2e-38])('leaves no denormals after 1000 steps without a gradient, from %f on', (size) => {
    bench.reset();
    const run = placeRun(uniformArray(64, 1), optimizer.slots);
    const setting = { lr: 0.01 };
    const table = placeTable([run], setting);
    const scalars = bench.reserve(64);
    write(
      run.g,
      uniformArray(64, 2).map((g) => g * size),
    );
    for (let t = 1; t <= 1001; t++) {
      write(scalars, scalarWords(setting, optimizer.hyper(setting.lr, t)));
      kernels[name](table, 1, scalars);
      if (t === 1) write(run.g, new Float32Array(64));
    }
    for (const slot of run.slots) {
      for (const value of bench.f32(slot, 64)) {
        expect(value === 0 || Math.abs(value) >= 1.17549435e-38).toBe(true);
      }
    }
  });

  test('changes nothing where the step is to be skipped', () => {
    bench.reset();
    const run = placeRun(uniformArray(8, 1), optimizer.slots);
    write(run.g, uniformArray(8, 2));
    const setting = { lr: 0.01 };
    const scalars = bench.reserve(64);
    write(scalars, scalarWords(setting, optimizer.hyper(setting.lr, 1)));
    new Int32Array(bench.memory.buffer, scalars, 16)[9] = 1;
    const all = () => [run.w, ...run.slots].map((address) => bench.f32(address, 8));
    const before = all();
    kernels[name](placeTable([run], setting), 1, scalars);
    expect(all()).toEqual(before);
  });

  test('lets a NaN gradient through, to its own weight alone', () => {
    bench.reset();
    const run = placeRun(new Float32Array(8).fill(1), optimizer.slots);
    write(run.g, [0, 0, Number.NaN, 0, 0, 0, 0, 0]);
    const setting = { lr: 0.01, clipvalue: 0.5 };
    const scalars = bench.reserve(64);
    write(scalars, scalarWords(setting, optimizer.hyper(setting.lr, 1)));
    kernels[name](placeTable([run], setting), 1, scalars);
    const nan = (values: Float32Array) => Array.from(values, Number.isNaN);
    const only = [false, false, true, false, false, false, false, false];
    expect(nan(bench.f32(run.w, 8))).toEqual(only);
    for (const slot of run.slots) expect(nan(bench.f32(slot, 8))).toEqual(only);
  });
});

test.each(['rmspropCentered', 'rmspropCenteredMomentum'])(
  '%s: a variance that float32 makes negative counts as 0',
  (name) => {
    bench.reset();
    const run = placeRun(uniformArray(64, 1), optimizers[name].slots);
    const table = placeTable([run], { lr: 0.01 });
    const scalars = bench.reserve(64);
    write(scalars, scalarWords({ lr: 0.01 }, optimizers[name].hyper(0.01, 1)));
    // Both averages come down to a constant gradient and stop a few units in the last place above it.
    const g = uniformArray(64, 2, 900, 1100);
    for (let t = 0; t < 400; t++) {
      write(run.g, t === 0 ? g.map((value) => 20 * value) : g);
      kernels[name](table, 1, scalars);
    }
    expect(bench.f32(run.w, 64).every(Number.isFinite)).toBe(true);
  },
);

test.each(['ftrl', 'ftrlPower'])('%s keeps padding at 0 where the accumulator begins with 0', (name) => {
  bench.reset();
  const run = placeRun(uniformArray(5, 1), [0, 0]);
  write(run.g, uniformArray(5, 2));
  const scalars = bench.reserve(64);
  const [rate, , ...rest] = optimizers[name].hyper(0.1, 1);
  write(scalars, scalarWords({ lr: 0.1 }, [rate, 0, ...rest]));
  kernels[name](placeTable([run], { lr: 0.1 }), 1, scalars);
  expect(bench.f32(run.w, 8).every(Number.isFinite)).toBe(true);
  expect(bench.f32(run.w, 8).slice(5)).toEqual(new Float32Array(3));
});

test('lamb steps plainly where all weights are 0', () => {
  bench.reset();
  const run = placeRun(new Float32Array(4), [0, 0]);
  write(run.g, [1, 1, 1, 1]);
  const scalars = bench.reserve(64);
  write(scalars, scalarWords({ lr: 0.5 }, optimizers.lamb.hyper(0.5, 1)));
  kernels.lamb(placeTable([run], { lr: 0.5 }), 1, scalars);
  expectClose(bench.f32(run.w, 4), [-0.5, -0.5, -0.5, -0.5], { absolute: 1e-6 });
});

describe('clipping by norm', () => {
  const clip = 0.8;
  // Norms below and above the bound; the last run is longer than a partial sum in float32.
  const gradients = [uniformArray(5, 1, -0.1, 0.1), uniformArray(13, 2), uniformArray(20_001, 3), padded([])];

  function place(): { table: number; count: number } {
    bench.reset();
    const runs = gradients.map((g) => placeRun(new Float32Array(g.length), []));
    runs.forEach((run, i) => {
      write(run.g, gradients[i]);
    });
    return { table: placeTable(runs, { lr: 1, scale: 7 }), count: runs.length };
  }

  test('clipByNorm scales every run by its own norm', () => {
    const { table, count } = place();
    bench.kernels.clipByNorm(table, count, clip);
    expectClose(
      gradients.map((_, i) => scaleOf(table, i)),
      gradients.map((g) => clipScale([g], clip)),
      { ulp: 2 },
    );
    expect(scaleOf(table, 0)).toBe(1);
  });

  test('clipByGlobalNorm scales all runs by the norm of everything', () => {
    const { table, count } = place();
    bench.kernels.clipByGlobalNorm(table, count, clip);
    const expected = clipScale(gradients, clip);
    expectClose(
      gradients.map((_, i) => scaleOf(table, i)),
      gradients.map(() => expected),
      { ulp: 2 },
    );
  });

  test('touches nothing but the scale', () => {
    const { table, count } = place();
    const before = bench.i32(table, (count * RECORD) / 4);
    bench.kernels.clipByNorm(table, count, clip);
    bench.kernels.clipByGlobalNorm(table, count, clip);
    const after = bench.i32(table, (count * RECORD) / 4);
    expect(after.filter((_, i) => i % 8 !== 6)).toEqual(before.filter((_, i) => i % 8 !== 6));
    expect(bench.tailIntact(table, count * RECORD)).toBe(true);
  });

  test('a NaN gradient makes the scale NaN', () => {
    const { table, count } = place();
    const g = new DataView(bench.memory.buffer).getInt32(table + RECORD + 4, true);
    write(g, [Number.NaN]);
    bench.kernels.clipByNorm(table, count, clip);
    expect(scaleOf(table, 1)).toBeNaN();
    expect(scaleOf(table, 2)).not.toBeNaN();
    bench.kernels.clipByGlobalNorm(table, count, clip);
    expect(scaleOf(table, 2)).toBeNaN();
  });
});

describe('collectGradients', () => {
  test('adds up until the step is due, then gives the mean and begins anew', () => {
    bench.reset();
    const n = 20;
    const batches = [1, 2, 3].map((seed) => uniformArray(n, seed));
    const g = bench.reserve(n * 4);
    const sum = bench.place(new Float32Array(n));
    const scalars = bench.place(new Int32Array(16));
    batches.forEach((batch, i) => {
      write(g, batch);
      const skip = i < 2 ? 1 : 0;
      new Int32Array(bench.memory.buffer, scalars, 16)[9] = skip;
      bench.kernels.collectGradients(sum, g, scalars, 3, n);
      if (skip) expect(bench.f32(g, n)).toEqual(batch);
    });
    const mean = Array.from(
      { length: n },
      (_, i) => batches.reduce((total, batch) => total + batch[i], 0) / 3,
    );
    expectClose(bench.f32(g, n), mean, { absolute: 1e-7 });
    expect(bench.f32(sum, n)).toEqual(new Float32Array(n));
    for (const address of [g, sum]) expect(bench.tailIntact(address, n * 4)).toBe(true);
  });
});

describe('movingAverage', () => {
  const n = 12;
  const share = 0.25;
  function place(overwrite: number) {
    bench.reset();
    const [average, w] = [uniformArray(n, 1), uniformArray(n, 2)];
    const addresses = {
      average: bench.place(average),
      w: bench.place(w),
      scalars: bench.place(new Int32Array(16)),
    };
    new Float32Array(bench.memory.buffer, addresses.scalars, 16)[10] = share;
    new Int32Array(bench.memory.buffer, addresses.scalars, 16)[11] = overwrite;
    bench.kernels.movingAverage(addresses.average, addresses.w, addresses.scalars, n);
    const expected = Array.from(average, (mean, i) => (1 - share) * mean + share * w[i]);
    expectClose(bench.f32(addresses.average, n), expected, { absolute: 1e-7 });
    for (const address of [addresses.average, addresses.w]) {
      expect(bench.tailIntact(address, n * 4)).toBe(true);
    }
    return { before: w, after: bench.f32(addresses.w, n), mean: bench.f32(addresses.average, n) };
  }

  test('leaves the weights alone', () => {
    const { before, after } = place(0);
    expect(after).toEqual(before);
  });

  test('overwrites the weights where it is told to', () => {
    const { after, mean } = place(1);
    expect(after).toEqual(mean);
  });

  test('leaves no denormals', () => {
    bench.reset();
    const average = bench.place(new Float32Array(4).fill(2e-30));
    const w = bench.place(new Float32Array(4));
    const scalars = bench.place(new Float32Array(16).fill(0.75));
    bench.kernels.movingAverage(average, w, scalars, 4);
    expect(bench.f32(average, 4)).toEqual(new Float32Array(4));
  });
});
