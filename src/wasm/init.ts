import { ConfigError, RuntimeUnsupportedError } from '../errors.js';
import { checkOptions } from '../names.js';
import { compileKernels, hasRelaxedSimd } from './compile.js';
import { core } from './core.js';
import { wasmBytes } from './generated/relaxed.js';
import { relaxedModule } from './inline/relaxed.js';
import { KernelModule } from './module.js';
import { runtime } from './runtime.js';

/** Compiled kernels, or what they can be compiled from. */
export type WasmSource = WebAssembly.Module | BufferSource | Response;

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
    const module = await compiled(await wasm);
    core.replace(() => module);
  }
  if (relaxed && hasRelaxedSimd() && !runtime().relaxed) {
    core.checkUnused();
    runtime().overlay(new KernelModule('relaxed', relaxedModule, wasmBytes));
  }
}

async function compiled(source: WasmSource): Promise<WebAssembly.Module> {
  if (typeof Response !== 'undefined' && source instanceof Response) {
    if (source.ok) return compileKernels(new Uint8Array(await source.arrayBuffer()), 'core');
    throw new RuntimeUnsupportedError(
      'wasm-fetch',
      `The kernels cannot be loaded: ${source.url || 'the server'} answered ${source.status} ${source.statusText}.`,
    );
  }
  if (source instanceof ArrayBuffer) return compileKernels(new Uint8Array(source), 'core');
  if (ArrayBuffer.isView(source)) {
    const { buffer, byteOffset, byteLength } = source;
    return compileKernels(new Uint8Array(buffer, byteOffset, byteLength).slice(), 'core');
  }
  // A module of another realm is no instance of this one's class, but still a module.
  if (Object.prototype.toString.call(source) === '[object WebAssembly.Module]')
    return source as WebAssembly.Module;
  throw new ConfigError(
    'option-value',
    `init: wasm must be a WebAssembly.Module, its bytes or a Response, but got ${String(source)}.`,
  );
}
