import { FORMAT_VERSION, SLOTS } from '../file/metadata.js';
import type { SaveOptions } from '../file/options.js';
import { encodeTensors, type NamedTensor } from '../file/safetensors.js';
import { checkOptions } from '../names.js';
import type { Parameter } from '../plan/parameter.js';
import { toPortable } from '../plan/portable.js';
import { sizeOf } from '../shape.js';
import { abi } from '../wasm/generated/forward.js';
import { runtime } from '../wasm/runtime.js';
import { forwardSteps, type Graph } from './graph.js';
import type { Model } from './model.js';
import { compileText, trainingText } from './trainingFile.js';

/** The bytes of a model file: what `Model.save` returns. */
export function encodeModel(model: Model, options: SaveOptions = {}): Uint8Array<ArrayBuffer> {
  checkOptions(options, ['includeOptimizer'], 'save');
  const { graph } = model;
  const metadata: Record<string, string> = {};
  // First, because it may refuse.
  if (options.includeOptimizer) metadata.compile = compileText(model);
  const names = weightNames(graph);
  const nameOf = (weight: Parameter) => names.get(weight)!;
  metadata.architecture = JSON.stringify(model.getConfig());
  metadata.abi = abi;
  metadata.program = JSON.stringify(toPortable(forwardSteps(graph), nameOf));
  return encode(model, options, names, metadata);
}

/** The bytes of a file of weights alone: what `Model.saveWeights` returns. */
export function encodeWeights(model: Model, options: SaveOptions = {}): Uint8Array<ArrayBuffer> {
  checkOptions(options, ['includeOptimizer'], 'saveWeights');
  return encode(model, options, weightNames(model.graph), {});
}

function encode(
  model: Model,
  { includeOptimizer = false }: SaveOptions,
  names: ReadonlyMap<Parameter, string>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const { f32 } = runtime().heap;
  const tensors = new Map<string, NamedTensor>();
  for (const [{ shape, address }, name] of names) {
    tensors.set(name, { shape, data: f32.subarray(address / 4, address / 4 + sizeOf(shape)) });
  }
  const training = includeOptimizer ? model.training?.snapshot() : undefined;
  if (training) tensors.set(SLOTS, { shape: [training.slots.length], data: training.slots });
  return encodeTensors({
    tensors,
    metadata: {
      format: 'fourlane',
      version: FORMAT_VERSION,
      ...metadata,
      ...(includeOptimizer ? { training: trainingText(model, training) } : {}),
    },
  });
}

/**
 * Every weight with its name in a file: the path of layers to it. Shared layers keep the first path; where two weights
 * would have the same name, the later gets a number.
 */
export function weightNames(graph: Graph): Map<Parameter, string> {
  const names = new Map<Parameter, string>();
  const taken = new Set<string>();
  const visit = (layers: Graph['layers'], prefix: string) => {
    for (const layer of layers) {
      const path = `${prefix}${layer.name}/`;
      if ('graph' in layer) visit((layer.graph as Graph).layers, path);
      else {
        for (const parameter of layer.parameters) {
          if (names.has(parameter)) continue;
          const plain = `${path}${parameter.name}`;
          let name = plain;
          for (let i = 1; taken.has(name); i++) name = `${plain}_${i}`;
          taken.add(name);
          names.set(parameter, name);
        }
      }
    }
  };
  visit(graph.layers, '');
  return names;
}
