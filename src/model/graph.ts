import { ConfigError } from '../errors.js';
import { InputLayer } from '../layers/input.js';
import type { Layer } from '../layers/layer.js';
import { type Node, SymbolicTensor } from '../layers/symbolic.js';
import { Builder } from '../plan/builder.js';
import type { ForwardProgram } from '../plan/portable.js';
import { withoutUnread } from '../plan/unread.js';
import { Value } from '../plan/value.js';

/** What lies between the inputs and the outputs of a model. */
export interface Graph {
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
  /** Every use of a layer, inputs first: each after all that it reads. */
  readonly nodes: readonly Node[];
  /** Every layer once, in Keras's order: by depth, then by the order in which the outputs lead to them. */
  readonly layers: readonly Layer[];
}

/**
 * The tensors of a model whose inputs may be in the middle of another: what `layer.output` says becomes an input of its
 * own, and all uses of layers behind it are repeated for that.
 */
export function detached(
  inputs: readonly SymbolicTensor[],
  outputs: readonly SymbolicTensor[],
): [inputs: SymbolicTensor[], outputs: SymbolicTensor[]] {
  const known = new Map<SymbolicTensor, SymbolicTensor>();
  for (const input of inputs) {
    const { name, node, sampleShape } = input;
    const isInput = node.layer instanceof InputLayer;
    known.set(input, isInput ? input : new InputLayer({ shape: sampleShape, name: `${name}_input` }).output);
  }
  const follow = (tensor: SymbolicTensor): SymbolicTensor => {
    if (!known.has(tensor)) repeat(tensor.node);
    return known.get(tensor)!;
  };
  const repeat = ({ layer, inputs: read, outputs: made }: Node) => {
    const from = read.map(follow);
    const same = from.every((tensor, i) => tensor === read[i]);
    const to = same ? made : made.map(({ sampleShape, name }) => new SymbolicTensor(sampleShape, name));
    if (!same) for (const tensor of to) tensor.node = { layer, inputs: from, outputs: to };
    made.forEach((tensor, i) => {
      known.set(tensor, to[i]);
    });
  };
  return [inputs.map(follow), outputs.map(follow)];
}

/** @throws ConfigError `graph-disconnected` where an output depends on an input that is not among `inputs`. */
export function traceGraph(inputs: readonly SymbolicTensor[], outputs: readonly SymbolicTensor[]): Graph {
  const nodes: Node[] = [];
  const visited = new Set<Node>();
  const firstVisit = new Map<Layer, number>();
  const visit = (tensor: SymbolicTensor) => {
    const { node } = tensor;
    if (visited.has(node)) return;
    visited.add(node);
    if (!firstVisit.has(node.layer)) firstVisit.set(node.layer, firstVisit.size);
    if (!inputs.includes(tensor)) {
      if (node.layer instanceof InputLayer) {
        throw new ConfigError(
          'graph-disconnected',
          `The outputs depend on input '${node.layer.name}', which is not among the model's inputs ` +
            `(${inputs.map(({ name }) => `'${name}'`).join(', ')}).`,
        );
      }
      for (const input of node.inputs) visit(input);
    }
    nodes.push(node);
  };
  for (const output of outputs) visit(output);
  for (const input of inputs) visit(input);

  const depths = depthsOf(nodes);
  const layers = [...firstVisit.keys()];
  layers.sort((a, b) => depths.get(b)! - depths.get(a)! || firstVisit.get(a)! - firstVisit.get(b)!);
  return { inputs, outputs, nodes, layers };
}

/** How far each layer is from the outputs: the longest way through all of its uses. */
function depthsOf(nodes: readonly Node[]): Map<Layer, number> {
  const ofNode = new Map<Node, number>();
  const ofLayer = new Map<Layer, number>();
  for (const node of [...nodes].reverse()) {
    const depth = Math.max(ofNode.get(node) ?? 0, ofLayer.get(node.layer) ?? 0);
    ofNode.set(node, depth);
    ofLayer.set(node.layer, depth);
    for (const { node: source } of node.inputs) {
      ofNode.set(source, Math.max(ofNode.get(source) ?? 0, depth + 1));
    }
  }
  return ofLayer;
}

/** Emits all layers of a graph for the given inputs and returns its outputs. */
export function callGraph(b: Builder, { inputs, outputs, nodes }: Graph, values: readonly Value[]): Value[] {
  const known = new Map<SymbolicTensor, Value>(inputs.map((input, i) => [input, values[i]]));
  for (const node of nodes) {
    if (known.has(node.outputs[0])) continue;
    const list = b.for(node.layer.name, () =>
      node.layer.emit(
        b,
        node.inputs.map((input) => known.get(input)!),
      ),
    );
    node.outputs.forEach((output, i) => {
      known.set(output, list[i]);
    });
  }
  return outputs.map((output) => known.get(output)!);
}

/** The forward steps for dense inputs. */
export function forwardSteps(graph: Graph): ForwardProgram {
  const b = new Builder();
  const inputs = graph.inputs.map(({ sampleShape }) => new Value(sampleShape, { batched: true }));
  const outputs = callGraph(b, graph, inputs);
  return { inputs, outputs, steps: withoutUnread(b.steps, outputs) };
}

/** Whether all that read an input of the graph can read sparse rows. */
export function inputReadsSparse({ inputs, outputs, nodes }: Graph, input: number): boolean {
  const tensor = inputs[input];
  return (
    !outputs.includes(tensor) &&
    nodes.every((node) => !node.inputs.includes(tensor) || node.layer.readsSparse)
  );
}
