import { ConfigError } from '../errors.js';
import { checkOptions } from '../names.js';
import { hasRelaxedSimd } from './compile.js';
import { core } from './core.js';
import { wasmBytes } from './generated/relaxed.js';
import { relaxedModule } from './inline/relaxed.js';
import { KernelModule } from './module.js';
import { runtime } from './runtime.js';
import { compileSource, type WasmSource } from './source.js';

export interface InitOptions {
  /** The kernels (`fourlane/core.wasm`): where the platform forbids compiling bytes, or to load them separately. */
  wasm?: WasmSource | Promise<WasmSource>;
  /**
   * Whether matrix products may use fused multiply-add where the engine has it (default false): faster on most engines,
   * and no longer the same bits on all of them. `runtime().simd` says what is in use.
   */
  relaxed?: boolean;
  /** How many threads to use. Default 1; more are not available yet. */
  threads?: number;
}

/**
 * Prepares the runtime, once, before the first model. Nothing needs it: without it the shipped kernels are used.
 *
 * @throws ConfigError `init-late` once kernels are in use.
 * @throws RuntimeUnsupportedError that says why kernels cannot be loaded and what to do.
 */
export async function init(options: InitOptions = {}): Promise<void> {
  checkOptions(options, ['wasm', 'relaxed', 'threads'], 'init');
  const { wasm, relaxed = false, threads = 1 } = options;
  if (!Number.isInteger(threads) || threads < 1) {
    throw new ConfigError(
      'option-value',
      `init: threads must be a whole number of 1 or more, but got ${threads}.`,
    );
  }
  if (threads > 1) console.warn(`Fourlane: ${threads} threads were asked for; this version runs on one.`);
  if (wasm) {
    const module = await compileSource(await wasm, 'core');
    core.replace(() => module);
  }
  if (relaxed && hasRelaxedSimd() && !runtime().relaxed) {
    core.checkUnused();
    runtime().overlay(new KernelModule('relaxed', relaxedModule, wasmBytes));
  }
}
