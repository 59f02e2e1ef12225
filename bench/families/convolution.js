import { timeBeside } from '../measure/measure.js';
import { openTask, probes } from '../measure/task.js';

const passes = { forward: 'forward', input: 'gradient of the input', kernel: 'gradient of the kernel' };

/** [size of the kernel, sides of the images, their channels, filters, images]. */
const shapes = [
  ...[
    [3, 14, 16, 16, 32],
    [3, 15, 16, 16, 32],
    [3, 28, 16, 16, 8],
    [3, 32, 32, 32, 8],
    [3, 28, 64, 64, 8],
    [3, 14, 128, 128, 16],
    [3, 7, 256, 256, 32],
  ],
  ...[
    [1, 32, 16, 16, 8],
    [1, 28, 32, 64, 8],
    [1, 28, 64, 64, 8],
    [1, 14, 128, 128, 16],
    [1, 14, 64, 256, 16],
  ],
];

const rows = shapes.flatMap(([size, side, channels, filters, images]) =>
  Object.entries(passes).map(([pass, words]) => ({
    id: `${size}x${size} ${side}x${side} ${channels}-${filters} ${pass}`,
    title: `${size}x${size}, ${side}x${side}, ${channels} to ${filters}, ${words}`,
    ...{ size, side, channels, filters, images, pass },
    flops: 2 * images * side ** 2 * size ** 2 * channels * filters,
  })),
);

/**
 * Convolutions with stride 1 and padding 'same', and what share of the multiply-add peak they reach, counted as if every
 * product were made: ways that make fewer of them go beyond it. Arrays are [images, side, side, channels] and
 * [size, size, channels, filters].
 */
export const convolution = {
  name: 'convolution',
  title: 'Convolutions of float32',
  unit: 'GFLOP/s',
  rows,
  text: { unit: 'GFLOP/s', value: (row, { cost }) => row.flops / cost / 1e6 },
  share: { title: 'of peak', value: (row, { cost, peak }) => row.flops / cost / 1e6 / peak },
  /** Rows alike: what one of them costs tells what the next will. */
  kind: ({ size, pass }) => `${size} ${pass}`,
  paces: {
    full: { warmupTime: 100, time: 250, iterations: 5, long: 1000, rounds: 2 },
    quick: { warmupTime: 20, time: 40, iterations: 2, long: 300, rounds: 1 },
  },

  async open(peer, row, work) {
    if (!peer.convolution) throw new Error('is not asked for single convolutions');
    const { a, b } = operands(row, work);
    const task = await peer.convolution(row, a, b);
    const peak = await peer.peak?.();
    if (!peak) return openTask(task);
    return openTask(task, async (call, pace) => {
      const { reference, ...timing } = await timeBeside(call, peak.call, pace);
      return { ...timing, peak: peak.flops / reference / 1e6 };
    });
  },

  /** Within 2e-6 of the sum of the magnitudes of the products that an element adds up. */
  expected(row, work) {
    const { a, b } = operands(row, work);
    const values = [];
    const tolerances = [];
    const { size, channels, filters } = row;
    const length = row.pass === 'kernel' ? size ** 2 * channels * filters : resultLength(row);
    for (const at of probes(length)) {
      let sum = 0;
      let magnitude = 0;
      for (const [i, j] of terms[row.pass](row, at)) {
        const product = a[i] * b[j];
        sum += product;
        magnitude += Math.abs(product);
      }
      values.push(sum);
      tolerances.push(2e-6 * magnitude);
    }
    return { values, tolerances };
  },
};

/** What a pass reads: images and kernel, gradients of the results and kernel, or images and those gradients. */
function operands({ pass, size, side, channels, filters, images }, work) {
  const pixels = images * side ** 2;
  const lengths = {
    forward: [pixels * channels, size ** 2 * channels * filters],
    input: [pixels * filters, size ** 2 * channels * filters],
    kernel: [pixels * channels, pixels * filters],
  };
  const [a, b] = lengths[pass];
  return { a: work.noise('a', a), b: work.noise('b', b) };
}

function resultLength({ pass, side, channels, filters, images }) {
  return images * side ** 2 * (pass === 'forward' ? filters : channels);
}

/** Where the factors of the products stand that one element of a result adds up. */
const terms = {
  *forward({ size, side, channels, filters }, at) {
    for (const [tap, pixel] of neighbours(Math.floor(at / filters), 1, size, side)) {
      for (let c = 0; c < channels; c++) {
        yield [pixel * channels + c, (tap * channels + c) * filters + (at % filters)];
      }
    }
  },
  *input({ size, side, channels, filters }, at) {
    for (const [tap, pixel] of neighbours(Math.floor(at / channels), -1, size, side)) {
      for (let o = 0; o < filters; o++) {
        yield [pixel * filters + o, (tap * channels + (at % channels)) * filters + o];
      }
    }
  },
  *kernel({ size, side, channels, filters, images }, at) {
    const tap = Math.floor(at / (channels * filters));
    const [c, o] = [Math.floor(at / filters) % channels, at % filters];
    for (let to = 0; to < images * side ** 2; to++) {
      const from = pixelAt(to, tap, 1, size, side);
      if (from >= 0) yield [from * channels + c, to * filters + o];
    }
  },
};

/** The pixels that a kernel around a pixel meets, by their taps; `sign` -1: those whose kernels meet that pixel. */
function* neighbours(pixel, sign, size, side) {
  for (let tap = 0; tap < size ** 2; tap++) {
    const other = pixelAt(pixel, tap, sign, size, side);
    if (other >= 0) yield [tap, other];
  }
}

/** The pixel that lies a tap away, or -1 where there is none. Pixels are numbered through all images. */
function pixelAt(pixel, tap, sign, size, side) {
  const half = (size - 1) / 2;
  const row = (Math.floor(pixel / side) % side) + sign * (Math.floor(tap / size) - half);
  const column = (pixel % side) + sign * ((tap % size) - half);
  if (Math.min(row, column) < 0 || Math.max(row, column) >= side) return -1;
  return Math.floor(pixel / side ** 2) * side ** 2 + row * side + column;
}
