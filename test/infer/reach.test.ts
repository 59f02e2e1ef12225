import { describe, expect, test } from 'vitest';
import { reaches } from '../../src/infer/reach.js';
import { tableWriters } from '../../src/infer/spatialExtents.js';
import { layoutOf } from '../../src/plan/convolution/layout.js';
import { slideWindows, spreadWindows } from '../../src/plan/windows.js';
import { forward } from '../../src/wasm/forward.js';
import { runtime } from '../../src/wasm/runtime.js';
import { uniformArray } from '../support/random.js';

/** Bytes between the operands: as far as a kernel that goes astray by a row would get. */
const GUARD = 1024;
const ROUNDS = 12;
const kernels = runtime().kernels(forward) as unknown as Record<string, (...args: number[]) => unknown>;

test('every kernel of inference has a row, but for the one that reads through addresses', () => {
  const known = Object.keys(kernels).filter((name) => typeof kernels[name] === 'function');
  expect([...Object.keys(reaches), ...Object.keys(tableWriters), 'csrMatmul'].sort()).toEqual(known.sort());
});

/** Whole numbers from 1 on: such that end in the middle of vectors and tiles, and such that fill them. */
function draw(count: number, round: number): number[] {
  const most = round % 2 ? 5 : 19;
  return Array.from(
    uniformArray(count, 100 * count + round),
    (value) => 1 + Math.floor(Math.abs(value) * most),
  );
}

/** Sizes that the kernel can take. */
function sizesOf(name: string, count: number, round: number, groups = 1): number[] {
  const sizes = draw(count, round);
  // Rows that lie apart are at least as long as what is copied.
  if (name === 'copyColumns') for (const i of [0, 1]) sizes[i] = Math.max(sizes[i], sizes[2]);
  if (name === 'convolveNarrow') sizes[0] = 1 + (sizes[0] % 7);
  else if (name.startsWith('convolve') && count === 2) sizes[0] *= groups;
  if (name.startsWith('winograd')) {
    sizes[sizes.length - 1] %= 2;
    for (const i of [1, 2]) sizes[i] += 2;
  }
  return sizes;
}

/** Arguments of the steps that write a table: windows of one to three axes, padded and not, in groups and not. */
const numbersOf: Record<keyof typeof tableWriters, (name: string, round: number) => number[][]> = {
  windows(name, round) {
    const small = draw(16, round + 50).map((one) => 1 + (one % 4));
    const groups = name === 'convolveNarrow' ? 1 : small[0];
    const channels = name === 'convolveDepthwise' ? groups : groups * small[1];
    const axes = 1 + (round % 3);
    const of = (at: number) => small.slice(at, at + axes);
    const [size, strides, dilation] = [of(2), of(5), of(8)];
    const shape = [...of(11).map((one, i) => one + (size[i] - 1) * dilation[i]), channels];
    const options = { strides, dilation, padding: (['valid', 'same'] as const)[round % 2] };
    const windows =
      round % 4 === 3 ? spreadWindows(shape, size, channels, options) : slideWindows(shape, size, options);
    const { input, output, front } = windows;
    const lists = [input, output, windows.size, windows.strides, windows.dilation, front];
    const { run, block } = layoutOf(windows, groups);
    return [[...lists.flat(), channels, groups, run, block]];
  },
  poolingAxis(_, round) {
    return [0, 1, 2].map((axis) => {
      const [size, stride, inputs, outputs] = draw(4, round + 20 * axis).map((one) => 1 + (one % 6));
      if (round % 3 === 0) return [inputs, inputs, outputs, 0, inputs, outputs];
      const front = round % 3 === 1 ? 0 : size >> 1;
      const length = Math.max(inputs, size);
      return [size, stride, 1, front, length, Math.floor((length - size + front) / stride) + 1];
    });
  },
};

describe('kernels touch what their row says, and nothing else', () => {
  test.each(Object.entries(reaches))('%s', (name, row) => {
    const { heap } = runtime();
    const { parameters = 0, optional = [] } = row;
    for (let round = 0; round < ROUNDS; round++) {
      const steps = 'writer' in row ? numbersOf[row.writer](name, round) : [];
      const parts = steps.map((numbers) =>
        tableWriters[(row as { writer: 'windows' }).writer].read(...numbers),
      );
      expect(parts).not.toContain(undefined);
      const given = 'writer' in row ? [parts] : [];
      const bytes = row.bytes as (...args: unknown[]) => readonly number[];
      const sizes = sizesOf(
        name,
        bytes.length - given.length,
        round,
        (parts[0] as { groups?: number })?.groups,
      );
      const reach = bytes(...given, ...sizes);
      const arity = reach.length + parameters + sizes.length;
      expect(kernels[name].length, name).toBe(arity);
      const padded = reach.map((one) => Math.ceil(one / 64) * 64);
      const total = padded.reduce((sum, one) => sum + one + GUARD, GUARD);
      const block = heap.allocate(total, 'test');
      const places: number[] = [];
      padded.reduce((at, one) => {
        places.push(at);
        return at + one + GUARD;
      }, block.address + GUARD);
      const inside = (at: number) => places.some((place, i) => at >= place && at < place + reach[i]);

      /** The operands and what surrounds them after a call, with that byte around them before. */
      const run = (around: number, withOptional: boolean) => {
        heap.u8.fill(around, block.address, block.address + total);
        places.forEach((place, i) => {
          // Values of which every byte is a small number as well, for kernels that read bytes.
          const values = uniformArray(Math.ceil(reach[i] / 4), i + 1);
          heap.u8.set(new Uint8Array(values.buffer).subarray(0, reach[i]), place);
        });
        const addresses = places.map((place, i) => (optional.includes(i) && !withOptional ? 0 : place));
        if ('writer' in row) {
          for (const [i, numbers] of steps.entries())
            kernels[row.writer](places[row.table] + 24 * i, ...numbers);
        }
        const given = new Array(parameters).fill(0.5 + (round % 3));
        kernels[name](...addresses, ...given, ...sizes);
        return heap.u8.slice(block.address, block.address + total);
      };
      for (const withOptional of optional.length ? [true, false] : [true]) {
        // NaN in the one, a small number in the other: whoever reads them comes to different results.
        const [first, second] = [0xff, 0x3d].map((around) => [around, run(around, withOptional)] as const);
        for (let i = 0; i < total; i++) {
          if (inside(block.address + i)) {
            // Scratch, the last operand, holds what was left over.
            if (SCRATCH.test(name) && block.address + i >= places[places.length - 1]) continue;
            if (first[1][i] === second[1][i]) continue;
          } else if (first[1][i] === first[0] && second[1][i] === second[0]) continue;
          expect.fail(
            `${name}(${sizes}) by ${steps.join(' and ')} at byte ${i} of ${total}, ` +
              `operands at ${places.map((p) => p - block.address)}`,
          );
        }
      }
      heap.release(block);
    }
  });
});

const SCRATCH = /^(gemm|batch|convolve|winograd)/;
