import { type Expected, inputColumn, type ModelData, splitData } from '../data/adapt.js';
import type { Column } from '../data/column.js';
import { makeSamples, type PredictingProgram, predictSamples } from '../data/feed.js';
import type { Tensor } from '../data/tensor.js';
import { ConfigError, FormatError, ValueError } from '../errors.js';
import { parseJson } from '../file/json.js';
import { readModelFile, SLOTS } from '../file/metadata.js';
import type { NamedTensor } from '../file/safetensors.js';
import { checkOptions } from '../names.js';
import { indexLimits } from '../plan/indices.js';
import {
  type ForwardProgram,
  type FoundKernel,
  type FoundWeight,
  fromPortable,
  type PortableProgram,
} from '../plan/portable.js';
import { Program } from '../plan/program.js';
import type { Step } from '../plan/step.js';
import { PerBatch, Value } from '../plan/value.js';
import { abi, forward } from '../wasm/forward.js';
import type { Allocation } from '../wasm/heap.js';
import { KernelModule } from '../wasm/module.js';
import { runtime } from '../wasm/runtime.js';
import { checkReach } from './reach.js';

export interface LoadOptions {
  /**
   * Kernels beside those of inference, for models whose layers emit others: `core` has all of them. Default none.
   *
   *     import { core } from 'fourlane';
   *     load(file, { kernels: [core] });
   */
  kernels?: readonly KernelModule<object>[];
}

export interface PredictOptions {
  /** Samples a step. Default 32; larger is faster and takes more memory. */
  batchSize?: number;
}

/**
 * Binds the forward program of a file that `model.save()` wrote.
 *
 * A file may be anything: what is no whole model file is refused, and no more memory is taken for it than a few times
 * its own size. A program cannot reach beyond its own values, whatever it says; what it computes, and how long that
 * takes, is its own affair. Kernels in `options.kernels` are not watched over: hand them in for files that you trust.
 *
 * @throws FormatError where the bytes are no such file, or the program was saved for other kernels; `unknown-kernel`
 *   where it needs one that is neither among those of inference nor in `options.kernels`.
 */
export function load(bytes: Uint8Array | ArrayBuffer, options: LoadOptions = {}): InferenceModel {
  checkOptions(options, ['kernels'], 'load');
  const { kernels = [] } = options;
  if (!Array.isArray(kernels) || !kernels.every((module) => module instanceof KernelModule)) {
    throw new ConfigError(
      'option-value',
      `load: kernels must be a list of kernel modules such as [core], but got ${String(kernels)}.`,
    );
  }
  const { tensors, metadata } = readModelFile(bytes);
  if (metadata.abi !== abi) {
    throw new FormatError(
      'file-abi',
      'The program in the model file was saved for other kernels than these (by another version of Fourlane). ' +
        'Load it with fl.load and save it again with this version.',
    );
  }
  const program = parseJson(metadata.program, 'The program of the model file') as PortableProgram;
  return new InferenceModel(program, tensors, [forward, ...kernels]);
}

/** A model that predicts. */
export class InferenceModel {
  readonly #inputs: readonly Expected[];
  readonly #program: ForwardProgram;
  readonly #indexLimits: readonly (number | undefined)[];
  readonly #programs = new Map<string, PredictingProgram>();
  /** Keeps the weights in memory as long as the model is there. */
  readonly #weights: Allocation;

  constructor(
    program: PortableProgram,
    tensors: ReadonlyMap<string, NamedTensor>,
    modules: readonly KernelModule<object>[],
  ) {
    const weights = new Map<string, FoundWeight>();
    const saved = [...tensors].filter(([name]) => name !== SLOTS);
    const length = ({ data }: NamedTensor) => Math.ceil(data.length / 4) * 4;
    const total = saved.reduce((sum, [, one]) => sum + length(one), 0);
    const { heap } = runtime();
    this.#weights = heap.allocate(total * 4, 'Model (weights)');
    let { address } = this.#weights;
    for (const [name, one] of saved) {
      heap.f32.set(one.data, address / 4);
      weights.set(name, { address, elements: one.data.length });
      address += length(one) * 4;
    }
    try {
      this.#program = fromPortable(program, finder(modules), (name) => weights.get(name));
      checkReach(this.#program.steps);
    } catch (error) {
      heap.release(this.#weights);
      throw error;
    }
    this.#indexLimits = indexLimits(this.#program.steps, this.#program.inputs);
    this.#inputs = this.#program.inputs.map(({ shape }, i) => ({
      name: `input ${i + 1}`,
      sampleShape: shape,
    }));
  }

  /**
   * The outputs for all samples, synchronously: a tensor [samples, ...], or one for each output.
   *
   * @throws ShapeError, ValueError where the data do not fit.
   */
  predict(x: ModelData, options?: PredictOptions): Tensor;
  predict<T extends readonly Tensor[]>(x: ModelData, options?: PredictOptions): T;
  predict(x: ModelData, { batchSize = 32 }: PredictOptions = {}): Tensor | readonly Tensor[] {
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw new ValueError(
        'option-value',
        `batchSize must be a whole number of 1 or more, but got ${batchSize}.`,
      );
    }
    const parts = splitData(x, this.#inputs, 'x');
    const columns = parts.map((part, i) => inputColumn(part, this.#inputs[i], 'x', this.#indexLimits[i]));
    const samples = makeSamples(columns, [], () => 'x');
    const feed = this.#bind(columns, Math.min(batchSize, samples.length));
    const tensors = predictSamples(feed, samples, batchSize);
    return tensors.length === 1 ? tensors[0] : tensors;
  }

  /** Gives the memory of the weights back at once; nobody needs to call it. The model cannot be used any more. */
  dispose(): void {
    runtime().heap.release(this.#weights);
    this.#programs.clear();
  }

  #bind(columns: readonly Column[], batch: number): PredictingProgram {
    const key = columns.map(({ signature }) => signature).join('|');
    const known = this.#programs.get(key);
    if (known && known.program.capacity >= batch) return known;
    const ports = columns.map((column) => column.open());
    const steps: Step[] = [];
    const replaced = new Map<Value, Value>();
    ports.forEach(({ value, convert }, i) => {
      if (convert) steps.push({ module: forward, ...convert });
      replaced.set(this.#program.inputs[i], value);
    });
    steps.push(...this.#program.steps.map((step) => withInputs(step, replaced)));
    const inputs = ports.flatMap((port) => port.inputs);
    const outputs = this.#program.outputs.map(
      (output) => replaced.get(output.storage)?.view(output.shape) ?? output,
    );
    const program = new Program(runtime(), { steps, capacity: batch, inputs, outputs, purpose: 'Model' });
    const feed = { program, ports, outputs };
    this.#programs.set(key, feed);
    return feed;
  }
}

/** The step with the values of ports for the inputs; a matrix product of a sparse input becomes the sparse kernel. */
function withInputs(step: Step, replaced: ReadonlyMap<Value, Value>): Step {
  const args = step.args.map((argument) => {
    if (!(argument instanceof Value)) return argument;
    const port = replaced.get(argument.storage);
    if (!port) return argument;
    // A view of a part has no table of sparse rows; who reads one begins at its beginning.
    return argument.offset ? port.at(argument.offset) : port;
  });
  if (!args.some((argument) => argument instanceof Value && argument.storage.sparse))
    return { ...step, args };
  const [y, input, w, bias, , rows, n, columns] = args;
  const sparse = input instanceof Value ? input.sparse : undefined;
  const wholeRows = rows instanceof PerBatch && rows.factor === 1 && columns === (input as Value).cols;
  if (step.kernel !== 'gemmNN' || !sparse || !wholeRows) {
    throw new ConfigError(
      'sparse-input',
      'This model does not begin with a dense layer; it needs dense data.',
    );
  }
  const { indices, lengths, values = 0 } = sparse;
  return { ...step, kernel: 'csrMatmul', args: [y, indices, lengths, values, w, bias, rows, n] };
}

function finder(modules: readonly KernelModule<object>[]): (kernel: string) => FoundKernel {
  const found = new Map<string, FoundKernel>();
  for (const module of modules) {
    for (const [kernel, call] of Object.entries(runtime().kernels(module))) {
      if (typeof call === 'function') found.set(kernel, { module, arity: call.length });
    }
  }
  return (kernel) => {
    const known = found.get(kernel);
    if (known) return known;
    throw new FormatError(
      'unknown-kernel',
      `The program of the model file needs a kernel '${kernel}', which is not in ` +
        `${modules.map(({ name }) => `'${name}'`).join(', ')}. Kernels beside those of inference are handed in: ` +
        "import { core } from 'fourlane'; load(file, { kernels: [core] }).",
    );
  };
}
