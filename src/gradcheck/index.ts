import { type DenseData, Tensor, tensor } from '../data/tensor.js';
import { ConfigError, ValueError } from '../errors.js';
import { Layer } from '../layers/layer.js';
import { placeWeights } from '../model/weights.js';
import { checkNumber, checkOptions } from '../names.js';
import { Value } from '../plan/value.js';
import { type LossLike, resolveLoss } from '../resolve.js';
import { type Shape, sizeOf } from '../shape.js';
import { runtime } from '../wasm/runtime.js';
import { differentiate, isKink } from './difference.js';
import { type CheckedTensor, GradientReport, type WrongElement } from './report.js';
import { Bench, type Subject, type SubjectInput } from './subject.js';

export { type CheckedTensor, GradientReport, type WrongElement } from './report.js';

export interface GradcheckOptions {
  /** The shape of a sample, or a list of them for a layer with several inputs. Default: the layer's own; of a loss [5]. */
  inputShape?: Shape | readonly Shape[];
  /**
   * The data [batch, ...] instead of random numbers; a list for several inputs. Int32Array stands for what has no
   * gradient, such as indices. For a loss the prediction. Default: drawn.
   */
  inputs?: DenseData | readonly DenseData[];
  /** For a loss: the targets [batch, ...], or class numbers. Default: random ones. */
  target?: DenseData;
  /** How many samples are drawn. Default 3. */
  batchSize?: number;
  /** The bounds of the random inputs. Default [-1, 1]; of a loss [0.1, 0.9], where targets always are. */
  range?: readonly [low: number, high: number];
  /** Whether the layer behaves as in training (dropout with a fixed mask, statistics of the batch). Default true. */
  training?: boolean;
  /** By how much a gradient may be off, as a share of the largest one of its tensor. Default 0.001. */
  tolerance?: number;
  /** What the random numbers follow from, a whole number. Default 1. */
  seed?: number;
  /** Whether a wrong gradient is an error; otherwise the report says so. Default true. */
  throws?: boolean;
}

const OPTIONS = [
  ...['inputShape', 'inputs', 'target', 'batchSize', 'range', 'training', 'tolerance', 'seed', 'throws'],
];

/**
 * Compares the gradients of a layer (of its weights and inputs) or of a loss with central differences. For layers and
 * losses of one's own: those that are shipped are tested by it.
 *
 * The outputs are summed up with random weights in double precision; every element is moved by several steps, from which
 * Richardson's extrapolation takes what agrees best, so that float32 is good to about four digits. Elements at a kink,
 * such as 0 for relu, are left out and counted. A layer that is new gets its weights for that shape; all weights are as
 * before when it is done.
 *
 * @returns the report: `String(report)` says it in words.
 * @throws ValueError `gradient-wrong` with the report, naming weight and element; ConfigError for unknown options.
 */
export function gradcheck(subject: Layer | LossLike, options: GradcheckOptions = {}): GradientReport {
  checkOptions(options, OPTIONS, 'gradcheck');
  const { batchSize = 3, training = true, tolerance = 1e-3, seed = 1, throws = true } = options;
  checkNumber(batchSize, 'gradcheck: batchSize', { from: 1, whole: true });
  checkNumber(tolerance, 'gradcheck: tolerance', { above: 0 });
  checkNumber(seed, 'gradcheck: seed', { from: 0, whole: true });
  const next = generator(seed);
  const made =
    subject instanceof Layer ? layerSubject(subject, options, next) : lossSubject(subject, options, next);
  const report = withMovedWeights(made, next, () => check(made, training, tolerance));
  if (throws && !report.passed) throw new ValueError('gradient-wrong', String(report));
  return report;
}

function layerSubject(layer: Layer, options: GradcheckOptions, next: () => number): Subject {
  const { batchSize = 3, range = [-1, 1], target } = options;
  if (target !== undefined) throw new ConfigError('option-value', 'gradcheck: only a loss has a target.');
  const given = dataOf(options.inputs);
  const shapes = given ? given.map(({ shape }) => shape.slice(1)) : shapesOf(layer, options.inputShape);
  const data = given ?? shapes.map((shape) => draw([batchSize, ...shape], range, next));
  layer.buildFor(shapes);
  placeWeights(layer.parameters, { seed: 0, ordinal: 0 }, layer.name);
  const weights = memo(next);
  return {
    name: `Layer '${layer.name}' (${layer.className})`,
    parameters: layer.parameters.filter(({ trainable }) => trainable),
    inputs: data.map((tensor, i): SubjectInput => {
      const differentiable = tensor.dtype !== 'int32';
      return {
        name: data.length > 1 ? `input ${i}` : 'input',
        data: tensor,
        type: 'float32',
        differentiable,
      };
    }),
    startsGradients: false,
    emit: (b, inputs) => {
      const outputs = layer.call(b, ...inputs);
      return outputs instanceof Value ? [outputs] : outputs;
    },
    weightOf: (output, element) => weights(`${output} ${element}`),
  };
}

function lossSubject(like: LossLike, options: GradcheckOptions, next: () => number): Subject {
  const loss = resolveLoss(like);
  const { batchSize = 3, range = [0.1, 0.9], inputShape = [5] } = options;
  const [prediction] = dataOf(options.inputs) ?? [draw([batchSize, ...(inputShape as Shape)], range, next)];
  const labels = loss.target === 'labels';
  const rows = prediction.shape.slice(0, -1);
  const target = options.target === undefined ? undefined : tensor(options.target);
  const classes = prediction.shape[prediction.shape.length - 1];
  const drawn = () =>
    labels
      ? new Tensor(
          Int32Array.from({ length: sizeOf(rows) }, () => Math.floor(next() * classes)),
          rows,
        )
      : draw(prediction.shape, [0.1, 0.9], next);
  let share = 1;
  return {
    name: `Loss '${loss.name}'`,
    parameters: [],
    inputs: [
      { name: 'prediction', data: prediction, type: 'float32', differentiable: true },
      { name: 'target', data: target ?? drawn(), type: labels ? 'int32' : 'float32', differentiable: false },
    ],
    startsGradients: true,
    emit: (b, [x, y]) => {
      const value = loss.build(b, { prediction: x, target: y });
      share = 4 / value.bytes(prediction.shape[0]);
      return [value];
    },
    weightOf: () => share,
  };
}

function check(subject: Subject, training: boolean, tolerance: number): GradientReport {
  const bench = new Bench(subject, training);
  try {
    const gradients = bench.gradients();
    const noise = bench.noise();
    const largest = Math.max(...gradients.map(largestOf));
    const weights = subject.parameters.map(({ name, shape, address }) => {
      const data = () => runtime().heap.f32.subarray(address / 4, address / 4 + sizeOf(shape));
      return { name: `weight '${name}'`, shape, data };
    });
    const inputs = subject.inputs.flatMap(({ name, data, differentiable }, i) =>
      differentiable ? [{ name, shape: data.shape, data: () => bench.input(i) }] : [],
    );
    const tensors = [...weights, ...inputs].map(({ name, shape, data }, t): CheckedTensor => {
      const gradient = gradients[t];
      const scale = Math.max(largestOf(gradient), largest / 100);
      const wrong: WrongElement[] = [];
      let [checked, error] = [0, 0];
      gradient.forEach((value, i) => {
        const before = data()[i];
        const moved = (by: number) => {
          data()[i] = before + by;
          const at = data()[i] - before;
          const result = bench.value();
          data()[i] = before;
          return [at, result] as const;
        };
        const found = differentiate(moved, noise, (tolerance * scale) / 10);
        const off = Math.abs(value - found.value);
        const bound = tolerance * scale + found.uncertainty;
        // A gradient that is missing is small, what it should be is not.
        const known = tolerance * Math.max(scale, Math.abs(found.value));
        if (!(found.uncertainty <= Math.max(known, noise * 100))) return;
        if (!(off <= bound) && isKink(moved, off / 2)) return;
        checked++;
        if (scale > 0) error = Math.max(error, off / scale);
        if (off <= bound) return;
        const { value: difference, uncertainty } = found;
        wrong.push({ index: indexOf(i, shape), gradient: value, difference, uncertainty });
      });
      wrong.sort((a, b) => Math.abs(b.gradient - b.difference) - Math.abs(a.gradient - a.difference));
      return { name, shape, checked, undecided: gradient.length - checked, error, wrong };
    });
    return new GradientReport(subject.name, tensors);
  } finally {
    bench.release();
  }
}

/** Runs `work` while the weights stand at places where nothing cancels, as zeros would. */
function withMovedWeights<T>({ parameters }: Subject, next: () => number, work: () => T): T {
  const places = parameters.map(({ address, shape }) => [address / 4, address / 4 + sizeOf(shape)] as const);
  const { heap } = runtime();
  const before = places.map(([from, to]) => heap.f32.slice(from, to));
  for (const [from, to] of places) {
    for (let at = from; at < to; at++) heap.f32[at] += next() - 0.5;
  }
  try {
    return work();
  } finally {
    places.forEach(([from], i) => {
      heap.f32.set(before[i], from);
    });
  }
}

function dataOf(inputs: GradcheckOptions['inputs']): Tensor[] | undefined {
  if (inputs === undefined) return undefined;
  const several = Array.isArray(inputs) && typeof inputs[0] === 'object' && isWhole(inputs[0]);
  return several ? (inputs as DenseData[]).map((data) => tensor(data)) : [tensor(inputs as DenseData)];
}

/** Whether that is a tensor or typed array, rather than a row of nested arrays. */
function isWhole(data: unknown): boolean {
  return ArrayBuffer.isView(data) || (typeof data === 'object' && data !== null && 'shape' in data);
}

function shapesOf(layer: Layer, inputShape: GradcheckOptions['inputShape']): readonly Shape[] {
  const shape = inputShape ?? layer.inputShape;
  if (!shape) {
    throw new ConfigError(
      'option-value',
      `gradcheck: inputShape is missing: the shape of a sample that layer '${layer.name}' reads.`,
    );
  }
  return Array.isArray(shape[0]) ? (shape as readonly Shape[]) : [shape as Shape];
}

function draw(shape: Shape, [low, high]: readonly [number, number], next: () => number): Tensor {
  return new Tensor(
    Float32Array.from({ length: sizeOf(shape) }, () => low + (high - low) * next()),
    shape,
  );
}

/** Uniform numbers of 0 to below 1 (a linear congruential generator): data to test with, which reach no weight. */
function generator(seed: number): () => number {
  let state = (seed + 1) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}

/** A number from -1 to 1 for every key, the same each time. */
function memo(next: () => number): (key: string) => number {
  const known = new Map<string, number>();
  return (key) => {
    if (!known.has(key)) known.set(key, 2 * next() - 1);
    return known.get(key)!;
  };
}

function largestOf(values: Float32Array): number {
  return values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
}

function indexOf(element: number, shape: Shape): number[] {
  const index: number[] = [];
  let rest = element;
  for (const axis of [...shape].reverse()) {
    index.unshift(rest % axis);
    rest = Math.floor(rest / axis);
  }
  return index;
}
