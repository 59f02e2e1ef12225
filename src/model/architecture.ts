/** A model as plain data: what `getConfig` returns and a file has; `config.ts` makes a model of it. */
import type { Layer } from '../layers/layer.js';
import type { SymbolicTensor } from '../layers/symbolic.js';
import type { Graph } from './graph.js';

/** A layer as a file has it. */
export interface LayerConfig {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** A model as a file has it. */
export interface ModelConfig {
  readonly className: string;
  readonly name: string;
  readonly trainable: boolean;
  readonly layers: readonly LayerConfig[];
}

/** Where a tensor comes from: the number of a node, and which of its outputs it is. */
type TensorConfig = readonly [node: number, output: number];

/** What a functional model has beside its name: its layers, and every use of one as a node. */
interface Connections {
  readonly layers: readonly LayerConfig[];
  readonly nodes: readonly (readonly [layer: number, inputs: readonly TensorConfig[]])[];
  readonly inputs: readonly TensorConfig[];
  readonly outputs: readonly TensorConfig[];
}

/** A functional model as a file has it. */
export interface GraphConfig extends ModelConfig, Connections {}

export function layerConfig(layer: Layer): LayerConfig {
  return { className: layer.className, config: layer.getConfig() };
}

export function graphConfig({ nodes, layers, inputs, outputs }: Graph): Connections {
  const reference = (tensor: SymbolicTensor): TensorConfig => [
    nodes.indexOf(tensor.node),
    tensor.node.outputs.indexOf(tensor),
  ];
  return {
    layers: layers.map(layerConfig),
    nodes: nodes.map(({ layer, inputs: from }) => [layers.indexOf(layer), from.map(reference)]),
    inputs: inputs.map(reference),
    outputs: outputs.map(reference),
  };
}
