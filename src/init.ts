import { ConfigError, RuntimeUnsupportedError } from './errors.js';
import { checkOptions } from './names.js';
import { absoluteUrl, ThreadTeam } from './threads/index.js';
import { hasRelaxedSimd } from './wasm/compile.js';
import { core } from './wasm/core.js';
import { wasmBytes } from './wasm/generated/relaxed.js';
import { Heap } from './wasm/heap.js';
import { relaxedSource } from './wasm/inline/relaxed.js';
import { checkShareable, handInKernels, KernelModule } from './wasm/module.js';
import { checkUnused, moveRuntime, runtime } from './wasm/runtime.js';
import { isNamed, readSource, type WasmSource } from './wasm/source.js';

/** The modules of kernels by their names. */
export interface WasmSources {
  /** `fourlane/core.wasm`: what every model needs. */
  core?: WasmSource | Promise<WasmSource>;
  /** `fourlane/spatial.wasm`: what layers over spatial axes need beside it. */
  spatial?: WasmSource | Promise<WasmSource>;
}

export interface InitOptions {
  /**
   * The kernels, where the platform forbids compiling bytes or to load them separately: `fourlane/core.wasm`, or several
   * modules by their names, `{ core, spatial }`. Default: the kernels that the package carries.
   */
  wasm?: WasmSource | Promise<WasmSource> | WasmSources;
  /**
   * Whether matrix products may use fused multiply-add where the engine has it (default false): faster on most engines,
   * and no longer the same bits on all of them. `runtime().simd` says what is in use.
   */
  relaxed?: boolean;
  /**
   * How many threads work on a step of `fit` and `evaluate`, this one included (default 1). Each takes a part of the
   * batch; the same seed and the same number of threads give the same bits every time. Where the platform has no
   * threads a warning says so, and one works alone. `runtime().threads` says how many are in use.
   */
  threads?: number;
  /**
   * Where the shipped file `fourlane/replica.js` is served. Only needed for threads where a content security policy
   * refuses workers from blob: addresses. Default: the copy of that file that this module carries.
   */
  workerUrl?: string | URL;
}

/**
 * Prepares the runtime, once, before the first model. Nothing needs it: without it the shipped kernels are used.
 *
 * @throws ConfigError `init-late` once kernels are in use.
 * @throws RuntimeUnsupportedError that says why kernels cannot be loaded and what to do.
 */
export async function init(options: InitOptions = {}): Promise<void> {
  checkOptions(options, ['wasm', 'relaxed', 'threads', 'workerUrl'], 'init');
  const { wasm, relaxed = false, threads, workerUrl } = options;
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1)) {
    throw new ConfigError(
      'option-value',
      `init: threads must be a whole number of 1 or more, but got ${threads}.`,
    );
  }
  const url = workerUrl === undefined ? undefined : absoluteUrl(workerUrl, 'init: workerUrl');
  if (wasm) await handIn(isNamed(wasm) ? wasm : { core: wasm });
  if (relaxed && hasRelaxedSimd() && !runtime().relaxed) {
    core.checkUnused();
    runtime().overlay(new KernelModule('relaxed', relaxedSource, wasmBytes));
  }
  if (threads !== undefined && threads !== runtime().threads) await useThreads(threads, url);
}

async function handIn(sources: WasmSources): Promise<void> {
  checkOptions(sources, ['core', 'spatial'], 'init: wasm');
  const read = Object.entries(sources).map(
    async ([name, source]) => [name, await readSource(await source)] as const,
  );
  for (const [name, source] of await Promise.all(read)) handInKernels(name, source);
}

/** Where that fails one thread works alone, and a warning says why. */
async function useThreads(threads: number, url: string | undefined): Promise<void> {
  checkUnused();
  runtime().team?.close();
  const opened =
    threads > 1 ? await openTeam(threads, url).catch((error) => warn(threads, error)) : undefined;
  try {
    moveRuntime(opened?.heap, opened?.team);
  } catch (error) {
    opened?.team.close();
    throw error;
  }
}

async function openTeam(threads: number, url: string | undefined) {
  if (typeof SharedArrayBuffer === 'undefined') {
    throw new RuntimeUnsupportedError(
      'no-threads',
      'There is no SharedArrayBuffer. A page must be cross-origin isolated for it, by the headers ' +
        'Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.',
    );
  }
  const heap = new Heap(true);
  const team = new ThreadTeam(heap, threads, url);
  core.compile(heap.shared);
  checkShareable();
  await team.open();
  return { heap, team };
}

function warn(threads: number, error: unknown): undefined {
  const reason = error instanceof Error ? error.message : String(error);
  console.warn(`Fourlane runs on one thread instead of ${threads}. ${reason}`);
}
