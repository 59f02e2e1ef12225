import { checkOptions } from '../names.js';
import { handInKernels } from '../wasm/module.js';
import { readSource, type WasmSource } from '../wasm/source.js';

export interface InitOptions {
  /** The kernels (`fourlane/forward.wasm`): where the platform forbids compiling bytes, or to load them separately. */
  wasm: WasmSource | Promise<WasmSource>;
}

/**
 * Hands in the kernels of inference, once, before the first `load`. Nothing needs it: without it the shipped ones serve.
 *
 * @throws ConfigError `init-late` once the kernels are in use.
 * @throws RuntimeUnsupportedError that says why they cannot be loaded and what to do.
 */
export async function init(options: InitOptions): Promise<void> {
  checkOptions(options, ['wasm'], 'init');
  handInKernels('forward', await readSource(await options.wasm));
}
