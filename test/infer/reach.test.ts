import { describe, expect, test } from 'vitest';
import { reaches } from '../../src/infer/extents.js';
import { forward } from '../../src/wasm/forward.js';
import { runtime } from '../../src/wasm/runtime.js';
import { uniformArray } from '../support/random.js';

/** Bytes between the operands: as far as a kernel that goes astray by a row would get. */
const GUARD = 1024;
const kernels = runtime().kernels(forward) as unknown as Record<string, (...args: number[]) => unknown>;

test('every kernel of inference has a row, but for the one that reads through addresses', () => {
  const known = Object.keys(kernels).filter((name) => typeof kernels[name] === 'function');
  expect([...Object.keys(reaches), 'csrMatmul'].sort()).toEqual(known.sort());
});

/** Sizes that end in the middle of vectors and tiles, and those that fill them. */
function* sizesFor(count: number): Generator<number[]> {
  for (let round = 0; round < 12; round++) {
    const draw = uniformArray(count, 100 * count + round);
    yield Array.from(draw, (value) => 1 + Math.floor(Math.abs(value) * (round % 2 ? 5 : 19)));
  }
}

describe('kernels touch what their row says, and nothing else', () => {
  test.each(Object.entries(reaches))('%s', (name, { bytes, parameters = 0, optional }) => {
    const { heap } = runtime();
    for (const sizes of sizesFor(bytes.length)) {
      // Rows that lie apart are at least as long as what is copied.
      if (name === 'copyColumns') for (const i of [0, 1]) sizes[i] = Math.max(sizes[i], sizes[2]);
      const reach = bytes(...sizes);
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
        const addresses = places.map((place, i) => (i === optional && !withOptional ? 0 : place));
        kernels[name](...addresses, ...new Array(parameters).fill(0.5), ...sizes);
        return heap.u8.slice(block.address, block.address + total);
      };
      for (const withOptional of optional === undefined ? [true] : [true, false]) {
        // NaN in the one, a small number in the other: whoever reads them comes to different results.
        const [first, second] = [0xff, 0x3d].map((around) => [around, run(around, withOptional)] as const);
        for (let i = 0; i < total; i++) {
          if (inside(block.address + i)) {
            // The scratch of a matrix product holds what was left over.
            if (name.endsWith('NN') && block.address + i >= places[places.length - 1]) continue;
            if (first[1][i] === second[1][i]) continue;
          } else if (first[1][i] === first[0] && second[1][i] === second[0]) continue;
          expect.fail(
            `${name}(${sizes}) at byte ${i} of ${total}, operands at ${places.map((p) => p - block.address)}`,
          );
        }
      }
      heap.release(block);
    }
  });
});
