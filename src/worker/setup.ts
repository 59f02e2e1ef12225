import { ConfigError } from '../errors.js';
import * as fourlane from '../index.js';
import { Layer } from '../layers/layer.js';
import type { LayerClass } from '../model/config.js';

/** Classes of layers, or a function that makes them of the library that it is given. */
export type LayerList = readonly LayerClass[] | ((fl: typeof fourlane) => readonly LayerClass[]);

/**
 * What a module exports whose address is handed in as `setup`. The worker has a library of its own, so layers extend
 * the `Layer` that they are given:
 *
 *     export const layers = (fl) => [class Scale extends fl.Layer { … }];
 */
export interface SetupModule {
  readonly layers: LayerList;
}

/** @throws ConfigError `setup` where the module exports something else, and with the cause where it does not load. */
export async function importSetup(url: string): Promise<readonly LayerClass[]> {
  const module = await importModule(url);
  const list = typeof module.layers === 'function' ? module.layers(fourlane) : module.layers;
  if (!Array.isArray(list))
    throw fault(url, `must export layers, but exports ${Object.keys(module).join(', ')}`);
  for (const kind of list) {
    if (kind?.prototype instanceof Layer) continue;
    throw fault(
      url,
      `lists ${kind?.name ?? String(kind)}, which does not extend the Layer of the worker's own library: export a ` +
        'function, layers = (fl) => [class MyLayer extends fl.Layer { … }]',
    );
  }
  return list;
}

async function importModule(url: string): Promise<Partial<SetupModule>> {
  try {
    return await import(/* @vite-ignore */ /* webpackIgnore: true */ url);
  } catch (cause) {
    throw fault(url, `cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
}

function fault(url: string, what: string, cause?: unknown): ConfigError {
  return new ConfigError('setup', `inWorker: the setup module ${url} ${what}.`, { cause });
}
