import type { Tensor } from '../data/tensor.js';
import { Builder } from '../plan/builder.js';
import type { Parameter } from '../plan/parameter.js';
import { Program } from '../plan/program.js';
import { type Place, Value } from '../plan/value.js';
import { sizeOf } from '../shape.js';
import { SCALARS } from '../train/state.js';
import type { Allocation } from '../wasm/heap.js';
import { runtime } from '../wasm/runtime.js';

export interface SubjectInput {
  readonly name: string;
  /** Its values, [batch, ...]. */
  readonly data: Tensor;
  /** As what it is read. */
  readonly type: 'float32' | 'int32';
  /** Whether there is a gradient with respect to it. */
  readonly differentiable: boolean;
}

/** Something with a gradient: what it reads, and how it is computed and differentiated. */
export interface Subject {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly inputs: readonly SubjectInput[];
  /** Emits it, and returns what is summed up. */
  emit(b: Builder, inputs: readonly Value[]): readonly Value[];
  /** Whether `emit` contributes the gradients itself, as losses do. */
  readonly startsGradients: boolean;
  /** What the sum of the outputs is weighted by. */
  weightOf(output: number, element: number): number;
}

/** A subject as programs: its value at numbers that may be moved, and the gradient. */
export class Bench {
  readonly #subject: Subject;
  readonly #batch: number;
  readonly #memory: Allocation[] = [];
  readonly #scalars: Place;
  readonly #training: boolean;
  readonly #data: Float32Array[];
  readonly #program: Program;
  readonly #inputs: readonly Value[];
  readonly #outputs: readonly Value[];

  constructor(subject: Subject, training: boolean) {
    this.#subject = subject;
    this.#training = training;
    this.#batch = subject.inputs[0].data.shape[0];
    this.#data = subject.inputs.map(({ data }) => Float32Array.from(data.data));
    this.#scalars = this.#allocate(SCALARS.words);
    runtime().heap.i32.set([1, 0], this.#scalars.address / 4 + SCALARS.key);
    const b = new Builder({ training, scalars: this.#scalars });
    this.#inputs = this.#values(false);
    this.#outputs = subject.emit(b, this.#inputs);
    this.#program = this.#build(b, this.#inputs, this.#outputs);
  }

  /** The elements of an input, to be moved. */
  input(i: number): Float32Array {
    return this.#data[i];
  }

  /** The sum of all outputs by their weights, in double precision. */
  value(): number {
    return this.#outputsNow().reduce((sum, output) => sum + output, 0);
  }

  /** What the value may be off by: half a unit in the last place of each output, as if they were independent. */
  noise(): number {
    return 2 ** -24 * Math.sqrt(this.#outputsNow().reduce((sum, output) => sum + output * output, 0));
  }

  /** The gradients of the value: those of the parameters, then those of the differentiable inputs. */
  gradients(): Float32Array[] {
    const { parameters, startsGradients } = this.#subject;
    const places = new Map(
      parameters.map((parameter) => [parameter, this.#allocate(sizeOf(parameter.shape))]),
    );
    const b = new Builder({
      training: this.#training,
      scalars: this.#scalars,
      gradientPlace: (parameter) => places.get(parameter),
    });
    const inputs = this.#values(true);
    const outputs = this.#subject.emit(b, inputs);
    const upstream = (startsGradients ? [] : outputs).map(
      ({ shape, batched }) => new Value(shape, { batched }),
    );
    upstream.forEach((dy, i) => {
      b.passGradient(outputs[i], dy);
    });
    if (startsGradients) for (const output of outputs) b.minimize(output);
    b.backward();
    const wanted = inputs.filter(({ needsGradient }) => needsGradient);
    const dx = wanted.map((value) => b.gradientOf(value));
    const weights = parameters.map((parameter) => b.gradientOf(parameter) && places.get(parameter)!);
    const found = dx.filter((value) => value !== undefined);
    const program = this.#build(b, [...inputs, ...upstream], found);
    this.#load(program, inputs);
    const { f32 } = runtime().heap;
    upstream.forEach((value, i) => {
      const at = program.addressOf(value) / 4;
      for (let j = 0; j < value.bytes(this.#batch) / 4; j++) f32[at + j] = this.#subject.weightOf(i, j);
    });
    program.run();
    const read = (address: number | undefined, length: number) =>
      address === undefined ? new Float32Array(length) : f32.slice(address / 4, address / 4 + length);
    return [
      ...parameters.map(({ shape }, i) => read(weights[i]?.address, sizeOf(shape))),
      ...wanted.map((value, i) => {
        const gradient = dx[i];
        return read(gradient && program.addressOf(gradient), value.bytes(this.#batch) / 4);
      }),
    ];
  }

  release(): void {
    for (const memory of this.#memory) runtime().heap.release(memory);
  }

  /** Every output times its weight. */
  #outputsNow(): number[] {
    const program = this.#program;
    this.#load(program, this.#inputs);
    program.run();
    const { f32 } = runtime().heap;
    return this.#outputs.flatMap((output, i) => {
      const at = program.addressOf(output) / 4;
      const length = output.bytes(this.#batch) / 4;
      return Array.from(f32.subarray(at, at + length), (y, j) => y * this.#subject.weightOf(i, j));
    });
  }

  #load(program: Program, inputs: readonly Value[]): void {
    const { heap } = runtime();
    program.prepare(this.#batch);
    inputs.forEach((value, i) => {
      const view = value.type === 'int32' ? heap.i32 : heap.f32;
      view.set(this.#data[i], program.addressOf(value) / 4);
    });
  }

  #values(gradients: boolean): Value[] {
    return this.#subject.inputs.map(({ data, type, differentiable }) => {
      const options = { batched: true, type, needsGradient: gradients && differentiable };
      return new Value(data.shape.slice(1), options);
    });
  }

  #build(b: Builder, inputs: readonly Value[], outputs: readonly Value[]): Program {
    return new Program(runtime(), {
      steps: b.steps,
      capacity: this.#batch,
      inputs,
      outputs,
      purpose: `gradcheck of ${this.#subject.name}`,
    });
  }

  /** Zeroed memory, padded to whole vectors. */
  #allocate(words: number): Place {
    const { heap } = runtime();
    const memory = heap.allocate((words + 4) * 4, 'gradcheck');
    this.#memory.push(memory);
    heap.f32.fill(0, memory.address / 4, memory.address / 4 + words + 4);
    return memory;
  }
}
