import { FORMAT_VERSION } from '../file/metadata.js';
import { encodeTensors, type NamedTensor } from '../file/safetensors.js';
import type { Parameter } from '../plan/parameter.js';
import { toPortable } from '../plan/portable.js';
import { sizeOf } from '../shape.js';
import { abi } from '../wasm/generated/forward.js';
import { runtime } from '../wasm/runtime.js';
import type { ModelConfig } from './architecture.js';
import { forwardSteps, type Graph } from './graph.js';

/** A model, and every layer that is one. */
interface Saved {
  readonly graph: Graph;
  getConfig(): ModelConfig;
}

/** The bytes of a model file: what `Model.save` returns. */
export function encodeModel(model: Saved): Uint8Array<ArrayBuffer> {
  const { graph } = model;
  const names = weightNames(graph);
  const { f32 } = runtime().heap;
  const tensors = new Map<string, NamedTensor>();
  for (const [{ shape, address }, name] of names) {
    tensors.set(name, { shape, data: f32.slice(address / 4, address / 4 + sizeOf(shape)) });
  }
  const nameOf = (weight: Parameter) => names.get(weight)!;
  return encodeTensors({
    tensors,
    metadata: {
      format: 'fourlane',
      version: FORMAT_VERSION,
      architecture: JSON.stringify(model.getConfig()),
      abi,
      program: JSON.stringify(toPortable(forwardSteps(graph), nameOf)),
    },
  });
}

/** Every weight with its name in a file: the path of layers to it. Shared layers keep the first path. */
export function weightNames(
  graph: Graph,
  prefix = '',
  names = new Map<Parameter, string>(),
): Map<Parameter, string> {
  for (const layer of graph.layers) {
    const path = `${prefix}${layer.name}/`;
    if ('graph' in layer) weightNames(layer.graph as Graph, path, names);
    else {
      for (const parameter of layer.parameters) {
        if (!names.has(parameter)) names.set(parameter, `${path}${parameter.name}`);
      }
    }
  }
  return names;
}
