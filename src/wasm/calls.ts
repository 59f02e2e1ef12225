import { bindCall, type Kernel } from './bind.js';

/** One kernel call as plain data, so that it can go to another thread as well. */
export interface Call {
  /** The name of the module that has the kernel. */
  readonly module: string;
  readonly kernel: string;
  /** What never changes; 0 for the others. */
  readonly args: readonly number[];
  /** Arguments that are addresses within the region of temporaries. */
  readonly placed: readonly { readonly index: number; readonly offset: number }[];
  /** Arguments that are proportional to the number of samples. */
  readonly sized: readonly { readonly index: number; readonly factor: number }[];
}

/** The kernels of a module by their names. */
export type Kernels = Readonly<Record<string, Kernel>>;

/** Calls bound to kernels. Where the temporaries lie and how many samples there are is said before they run. */
export class BoundCalls {
  readonly #calls: readonly (() => unknown)[];
  readonly #placed: { args: number[]; index: number; offset: number }[] = [];
  readonly #sized: { args: number[]; index: number; factor: number }[] = [];
  #region = -1;
  #samples = -1;

  constructor(calls: readonly Call[], kernelsOf: (module: string) => Kernels) {
    this.#calls = calls.map(({ module, kernel, args, placed, sized }) => {
      const numbers = [...args];
      for (const { index, offset } of placed) this.#placed.push({ args: numbers, index, offset });
      for (const { index, factor } of sized) this.#sized.push({ args: numbers, index, factor });
      return bindCall(kernelsOf(module)[kernel], numbers);
    });
  }

  /** Writes the arguments that change, if they do. */
  prepare(region: number, samples: number): void {
    if (region !== this.#region) {
      for (const { args, index, offset } of this.#placed) args[index] = region + offset;
      this.#region = region;
    }
    if (samples !== this.#samples) {
      for (const { args, index, factor } of this.#sized) args[index] = factor * samples;
      this.#samples = samples;
    }
  }

  run(): void {
    for (const call of this.#calls) call();
  }
}
