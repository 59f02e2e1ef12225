/** How far the kernels over spatial axes reach, and what the tables are that some of them go by. */
import type { ImageConvolution } from '../plan/convolution/image.js';
import { layoutOf, reachOf, type WindowLayout } from '../plan/convolution/layout.js';
import {
  depthwiseScratch,
  directBackScratch,
  directScratch,
  narrowScratch,
  winogradBackScratch,
  winogradPoolOneScratch,
  winogradScratch,
} from '../plan/convolution/scratch.js';
import { sizeOf } from '../shape.js';
import { floats, MOST, type Reach } from './extents.js';

/** More floats than any memory holds; kernels count them as i32. */
const MOST_FLOATS = 2 ** 30;

/**
 * A kernel that writes a table, or one of its parts, behind the only address that it takes, from numbers alone. Steps
 * write the parts of a table one behind the other.
 */
export interface TableWriter<Part extends { readonly bytes: number } = { bytes: number }> {
  /** How many steps write a table. */
  readonly parts: number;
  /** What it writes, and how many bytes of it; undefined where there is no such thing. */
  readonly read: (...numbers: number[]) => Part | undefined;
}

interface Windows extends WindowLayout {
  readonly bytes: number;
  readonly channels: number;
  /** Floats of a sample. */
  readonly sample: number;
}

/** The geometry that src/plan/windows.ts emits, with all windows within the padded sample. */
function windowsOf(...numbers: number[]): Windows | undefined {
  const [input, output, size, strides, dilation, front] = [0, 3, 6, 9, 12, 15].map((at) =>
    numbers.slice(at, at + 3),
  );
  const [channels, groups, run, block] = numbers.slice(18);
  const windows = { input, output, size, strides, dilation, front, channels };
  const positive = [...numbers.slice(0, 15), channels, groups].every((one) => one >= 1);
  if (!positive || channels % groups) return undefined;
  const reach = reachOf(windows);
  if (Math.max(sizeOf(reach), sizeOf(input)) * channels > MOST_FLOATS) return undefined;
  if (reach.some((entries, i) => front[i] >= entries)) return undefined;
  const layout = layoutOf(windows, groups);
  if (layout.run !== run || layout.block !== block) return undefined;
  return { ...layout, bytes: layout.tableBytes, channels, sample: sizeOf(input) * channels };
}

interface PoolingAxis {
  readonly bytes: number;
  readonly inputs: number;
  readonly outputs: number;
}

/** An axis of which every window begins before its end. */
function poolingAxisOf(...numbers: number[]): PoolingAxis | undefined {
  const [size, stride, divisor, front, inputs, outputs] = numbers;
  if (![size, stride, divisor, inputs, outputs].every((one) => one >= 1)) return undefined;
  if (outputs * stride + size + divisor > MOST) return undefined;
  const last = Math.floor(((outputs - 1) * stride) / divisor) - front;
  return last < inputs ? { bytes: 24, inputs, outputs } : undefined;
}

export const tableWriters = {
  windows: { parts: 1, read: windowsOf },
  poolingAxis: { parts: 3, read: poolingAxisOf },
} as const satisfies Record<string, TableWriter>;

/** A kernel that goes by the table at one of its addresses; what it reaches follows from that and from its sizes. */
export interface TabledReach<Part = never> extends Omit<Reach, 'bytes'> {
  readonly writer: keyof typeof tableWriters;
  /**
   * Which address is the table. The scratch, if there is one, is behind it; it holds tables too while the kernel runs, so no
   * other address may lie within it.
   */
  readonly table: number;
  readonly bytes: (parts: readonly Part[], ...sizes: number[]) => readonly number[] | undefined;
}

type WindowsReach = TabledReach<Windows>;
type PoolingReach = TabledReach<PoolingAxis>;

const pooling: PoolingReach = {
  writer: 'poolingAxis',
  table: 2,
  bytes: (axes, channels, count) => {
    const inputs = axes.reduce((product, axis) => product * axis.inputs, channels * count);
    const outputs = axes.reduce((product, axis) => product * axis.outputs, channels * count);
    return [...floats(outputs, inputs), 72];
  },
};

/** Of n images, for a kernel of 3x3. */
interface Images extends ImageConvolution {
  readonly n: number;
  /** Rows and columns of what comes out. */
  readonly rows: number;
  readonly cols: number;
}

function imagesOf(
  n: number,
  height: number,
  width: number,
  channels: number,
  filters: number,
  padding: number,
) {
  const rows = height + 2 * padding - 2;
  const cols = width + 2 * padding - 2;
  if (padding > 1 || Math.min(n, channels, filters, rows, cols) < 1) return undefined;
  return { n, height, width, channels, filters, padding: padding as 0 | 1, rows, cols };
}

const image = (optional: readonly number[], bytes: (images: Images) => readonly number[]): Reach => ({
  optional,
  samples: 0,
  zeros: true,
  bytes: (n, height, width, channels, filters, padding) => {
    const images = imagesOf(n, height, width, channels, filters, padding);
    return images && bytes(images);
  },
});

const inputsOf = ({ n, height, width, channels }: Images) => n * height * width * channels;
const outputsOf = ({ n, rows, cols, filters }: Images) => n * rows * cols * filters;
const pooledOf = ({ n, rows, cols, filters }: Images) =>
  n * Math.floor(rows / 2) * Math.floor(cols / 2) * filters;

export const spatialReaches = {
  maxPooling: pooling,
  averagePooling: pooling,
  convolve: {
    writer: 'windows',
    table: 4,
    optional: [3],
    samples: 1,
    bytes: ([w], filters, batch) => {
      if (filters % w.groups) return undefined;
      const operands = [batch * w.count * filters, batch * w.sample, w.runs * w.run * filters, filters];
      return [...floats(...operands), w.bytes, ...floats(directScratch(w, filters))];
    },
  } as WindowsReach,
  convolveNarrow: {
    writer: 'windows',
    table: 4,
    optional: [3],
    samples: 1,
    bytes: ([w], filters, batch) => {
      // As many as the kernel has room for in a tile of results.
      if (filters > 7) return undefined;
      const operands = [batch * w.count * filters, batch * w.sample, w.runs * w.run * filters, filters];
      return [...floats(...operands), w.bytes, ...floats(narrowScratch(w, filters))];
    },
  } as WindowsReach,
  convolveDepthwise: {
    writer: 'windows',
    table: 4,
    optional: [3],
    parameters: 1,
    bytes: ([w], batch) => {
      const operands = [batch * w.count * w.channels, batch * w.sample, w.runs * w.channels, w.channels];
      return [...floats(...operands), w.bytes, ...floats(depthwiseScratch(w))];
    },
  } as WindowsReach,
  convolveInputGradient: {
    writer: 'windows',
    table: 3,
    samples: 1,
    bytes: ([w], filters, batch) => {
      if (filters % w.groups) return undefined;
      const operands = [batch * w.sample, batch * w.count * filters, w.runs * w.run * filters];
      return [...floats(...operands), w.bytes, ...floats(directBackScratch(w, filters))];
    },
  } as WindowsReach,
  mirrorWeights: {
    bytes: (entries, channels, filters) => floats(entries * channels * filters, entries * channels * filters),
  } as Reach,
  resample: {
    parameters: 2,
    bytes: (inputs, outputs, inner, count) => floats(count * outputs * inner, count * inputs * inner),
  } as Reach,
  winogradForward: image([3], (images) => {
    const { channels, filters } = images;
    return floats(
      ...[outputsOf(images), inputsOf(images), 9 * channels * filters, filters],
      winogradScratch(images),
    );
  }),
  winogradInputGradient: image([], (images) => {
    const { channels, filters } = images;
    return floats(
      ...[inputsOf(images), outputsOf(images), 9 * channels * filters],
      winogradBackScratch(images),
    );
  }),
  winogradPool: image([1, 4], (images) => {
    const { channels, filters } = images;
    const operands = [inputsOf(images), 9 * channels * filters, filters, winogradScratch(images)];
    return [pooledOf(images) * 4, pooledOf(images), ...floats(...operands)];
  }),
  winogradPoolOne: {
    optional: [1, 4],
    samples: 0,
    zeros: true,
    bytes: (n, height, width, filters, padding) => {
      const images = imagesOf(n, height, width, 1, filters, padding);
      if (!images) return undefined;
      const operands = [inputsOf(images), 9 * filters, filters, winogradPoolOneScratch(images)];
      return [pooledOf(images) * 4, pooledOf(images), ...floats(...operands)];
    },
  } as Reach,
};
