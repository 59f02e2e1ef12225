import { ConfigError } from '../errors.js';
import { InputLayer } from '../layers/input.js';
import type { Layer } from '../layers/layer.js';
import type { Node } from '../layers/symbolic.js';
import { checkOptions } from '../names.js';
import { type Shape, sizeOf } from '../shape.js';
import type { Network } from './network.js';
import { type Column, drawTable, roundHalfToEven } from './table.js';

export interface SummaryOptions {
  /** How wide the table is, in characters. Default 88; 108 with the column 'Connected to'; 8 more with `memory`, 12 more with `showTrainable`. */
  lineLength?: number;
  /** Where each column ends, as a share of the line, rising to 1. Default: Keras's shares, narrower with `memory`. */
  positions?: readonly number[];
  /** Gets the whole text. Default `console.log`. */
  printFn?: (text: string) => void;
  /** Whether the layers of models within the model have rows too. Default false. */
  expandNested?: boolean;
  /** Whether a column says which layers are trained (Y, N, or - without weights). Default false. */
  showTrainable?: boolean;
  /** The names of the first and the last layer to be shown, or patterns of their beginnings. Default: all. */
  layerRange?: readonly [string, string];
  /** Whether two columns say what weights and outputs of each layer take in memory. Default true. */
  memory?: boolean;
  /** For how many samples the outputs are counted. Default 32. */
  batchSize?: number;
}

const OPTIONS = [
  ...['lineLength', 'positions', 'printFn', 'expandNested', 'showTrainable', 'layerRange', 'memory'],
  'batchSize',
];

/** A row's layer, how deep it is nested, and its uses in the graph that it stands in. */
interface Entry {
  readonly layer: Layer;
  readonly depth: number;
  readonly nodes: readonly Node[];
}

interface Field extends Omit<Column, 'width'> {
  text(entry: Entry): string;
}

/**
 * The table that `summary` prints, as Keras does: layers, output shapes, numbers of weights, for graphs what each layer
 * reads; and, beyond Keras, the memory of each layer.
 *
 * @throws ConfigError for unknown options, impossible positions, and a range of layers that are not there.
 */
export function summarize(model: Network, options: SummaryOptions = {}): string {
  checkOptions(options, OPTIONS, 'summary');
  const { expandNested = false, showTrainable = false, memory = true, batchSize = 32 } = options;
  const graph = model.built ? model.graph : undefined;
  const chain = !graph || isChain(graph.nodes) || model.className === 'Sequential';
  const nodes = graph?.nodes ?? [];

  const fields: Field[] = [
    { header: 'Layer (type)', align: 'left', text: titleOf },
    { header: 'Output Shape', align: 'left', text: shapesOf },
    { header: 'Param #', align: 'right', text: ({ layer }) => paramsOf(layer) },
  ];
  let ends: readonly number[] = [0.45, 0.8, 1];
  let lineLength = 88;
  if (!chain) {
    fields.push({
      header: 'Connected to',
      align: 'left',
      text: ({ depth, nodes: uses }) => sourcesOf(depth, uses),
    });
    ends = [0.3, 0.56, 0.74, 1];
    lineLength = 108;
  }
  if (memory) {
    fields.push(
      { header: 'Weights', align: 'right', text: ({ layer }) => shortSize(4 * layer.countParams()) },
      {
        header: 'Outputs',
        align: 'right',
        text: ({ nodes: uses }) => shortSize(outputBytes(uses, batchSize)),
      },
    );
    ends = [...ends.map((end) => end * 0.76), 0.88, 1];
    lineLength += 8;
  }
  if (showTrainable) {
    fields.push({ header: 'Trainable', align: 'center', text: ({ layer }) => trainableOf(layer) });
    ends = [...ends.map((end) => end * 0.9), 1];
    lineLength += 12;
  }
  const width = options.lineLength ?? lineLength;
  const widths = widthsOf(options.positions ?? ends, fields.length, width);
  const columns = fields.map((field, i): Column => ({ ...field, width: widths[i] }));

  const entries = ranged(model.layers, options.layerRange).flatMap((layer) =>
    entriesOf(layer, nodes, expandNested),
  );
  const rows = entries.map((entry) => fields.map(({ text }) => text(entry)));
  return [
    `Model: "${model.name}"`,
    ...drawTable(columns, rows, width),
    ...totals(model),
    ...(memory
      ? [` Memory of the outputs at a batch size of ${batchSize}: ${size(outputBytes(nodes, batchSize))}`]
      : []),
  ].join('\n');
}

/** Whether every layer is used once and reads the one before it. */
function isChain(nodes: readonly Node[]): boolean {
  const read = nodes.flatMap(({ inputs }) => inputs.map(({ node }) => node));
  const inputs = nodes.filter(({ layer }) => layer instanceof InputLayer);
  return (
    inputs.length === 1 &&
    nodes.every((node) => node.inputs.length <= 1) &&
    new Set(read).size === read.length &&
    new Set(nodes.map(({ layer }) => layer)).size === nodes.length
  );
}

function entriesOf(layer: Layer, nodes: readonly Node[], nested: boolean, depth = 0): Entry[] {
  const entry = { layer, depth, nodes: nodes.filter((node) => node.layer === layer) };
  if (!nested || !('graph' in layer)) return [entry];
  const inner = layer as Network;
  return [entry, ...inner.layers.flatMap((part) => entriesOf(part, inner.graph.nodes, nested, depth + 1))];
}

function ranged(layers: readonly Layer[], range: SummaryOptions['layerRange']): readonly Layer[] {
  if (!range) return layers;
  const [first, last] = range.map((pattern) => {
    const beginning = new RegExp(`^(?:${pattern})`);
    return layers.flatMap(({ name }, i) => (beginning.test(name) ? [i] : []));
  });
  if (!first?.length || !last?.length) {
    throw new ConfigError(
      'option-value',
      `summary: layerRange must name two layers, but got ${JSON.stringify(range)}; there are ` +
        `${layers.map(({ name }) => name).join(', ')}.`,
    );
  }
  return layers.slice(Math.min(first[0], last[0]), Math.max(first.at(-1)!, last.at(-1)!) + 1);
}

function titleOf({ layer, depth }: Entry): string {
  return `${depth ? `${'   '.repeat(depth)}└ ` : ''}${layer.name} (${layer.className})`;
}

function shapesOf({ nodes }: Entry): string {
  const shapes = nodes.at(-1)?.outputs.map(({ sampleShape }) => tuple(sampleShape)) ?? ['?'];
  return shapes.length === 1 ? shapes[0] : `[${shapes.join(', ')}]`;
}

function tuple(sampleShape: Shape): string {
  return `(${['None', ...sampleShape].join(', ')}${sampleShape.length ? '' : ','})`;
}

function paramsOf(layer: Layer): string {
  return layer.built ? layer.countParams().toLocaleString('en-US') : '0 (unbuilt)';
}

/** `name[use][output]` for all that the layer reads. Keras says it only for layers of the model itself. */
function sourcesOf(depth: number, nodes: readonly Node[]): string {
  const sources = depth ? [] : nodes.flatMap(({ inputs }) => inputs);
  const named = sources.map((tensor) => {
    const { layer, outputs } = tensor.node;
    return `${layer.name}[${Math.max(0, layer.nodes.indexOf(tensor.node))}][${outputs.indexOf(tensor)}]`;
  });
  return named.join(', ') || '-';
}

function trainableOf(layer: Layer): string {
  if (!layer.parameters.length) return '-';
  return layer.trainable ? 'Y' : 'N';
}

function outputBytes(nodes: readonly Node[], batchSize: number): number {
  const outputs = nodes.filter(({ layer }) => !(layer instanceof InputLayer)).flatMap((node) => node.outputs);
  return outputs.reduce((sum, { sampleShape }) => sum + 4 * batchSize * sizeOf(sampleShape), 0);
}

function widthsOf(ends: readonly number[], columns: number, lineLength: number): number[] {
  const widths = ends.map(
    (end, i) => Math.trunc(end * lineLength) - Math.trunc((ends[i - 1] ?? 0) * lineLength),
  );
  if (widths.length === columns && widths.every((width) => width >= 4)) return widths;
  throw new ConfigError(
    'option-value',
    `summary: positions must be ${columns} rising shares of the line that leave 4 characters or more for each column, ` +
      `but got ${JSON.stringify(ends)} at a lineLength of ${lineLength}.`,
  );
}

function totals(model: Network): string[] {
  const weights = model.built ? model.countParams() : 0;
  const trained = model.built
    ? model.trainableParameters().reduce((sum, { shape }) => sum + sizeOf(shape), 0)
    : 0;
  const optimizer = model.optimizerParams;
  const line = (what: string, count: number) =>
    ` ${what} params: ${count.toLocaleString('en-US')} (${size(4 * count)})`;
  return [
    line('Total', weights + optimizer),
    line('Trainable', trained),
    line('Non-trainable', weights - trained),
    ...(optimizer ? [line('Optimizer', optimizer)] : []),
  ];
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

/** Bytes with two decimals, as Keras writes them. */
export function size(bytes: number): string {
  const [value, unit] = scaled(bytes);
  return `${(roundHalfToEven(value * 100) / 100).toFixed(2)} ${unit}`;
}

/** Bytes in no more than seven characters. */
function shortSize(bytes: number): string {
  const [value, unit] = scaled(bytes);
  const decimals = unit === 'B' || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(decimals)} ${unit}`;
}

function scaled(bytes: number): [number, string] {
  let unit = 0;
  let value = bytes;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return [value, UNITS[unit]];
}
