import type { Layer } from '../layers/layer.js';
import type { SymbolicTensor } from '../layers/symbolic.js';
import { formatShape, sizeOf } from '../shape.js';
import type { Network } from './network.js';

/** The table that `summary` prints: layer and kind, output shape, number of weights, and the totals. */
export function summarize(model: Network): string {
  const title = `Model: "${model.name}"`;
  if (!model.built) return `${title} (not built: the shape of its input is not known yet)`;
  const rows = model.layers.map((layer) => [
    `${layer.name} (${layer.className})`,
    outputShape(model, layer),
    layer.countParams().toLocaleString('en-US'),
  ]);
  const head = ['Layer (type)', 'Output Shape', 'Param #'];
  const widths = head.map((text, i) => Math.max(text.length, ...rows.map((row) => row[i].length)));
  const line = (left: string, middle: string, right: string, fill: string) =>
    left + widths.map((width) => fill.repeat(width + 2)).join(middle) + right;
  const cells = ([name, shape, count]: string[]) =>
    `│ ${name.padEnd(widths[0])} │ ${shape.padEnd(widths[1])} │ ${count.padStart(widths[2])} │`;
  const total = model.countParams();
  const trainable = model.trainableParameters().reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return [
    title,
    line('┌', '┬', '┐', '─'),
    cells(head),
    line('├', '┼', '┤', '─'),
    ...rows.map(cells),
    line('└', '┴', '┘', '─'),
    ` Total params: ${withSize(total)}`,
    ` Trainable params: ${withSize(trainable)}`,
    ` Non-trainable params: ${withSize(total - trainable)}`,
  ].join('\n');
}

function outputShape(model: Network, layer: Layer): string {
  const outputs: SymbolicTensor[] = [];
  const collect = (tensor: SymbolicTensor) => {
    if (tensor.node.layer === layer && !outputs.includes(tensor)) outputs.push(tensor);
    for (const input of tensor.node.inputs) collect(input);
  };
  for (const output of model.outputs) collect(output);
  return outputs.map(({ sampleShape }) => formatShape(sampleShape, true)).join(', ');
}

function withSize(count: number): string {
  const bytes = count * 4;
  const units: [string, number][] = [
    ['MB', 1048576],
    ['KB', 1024],
    ['B', 1],
  ];
  const [unit, size] = units.find(([, least]) => bytes >= least) ?? ['B', 1];
  return `${count.toLocaleString('en-US')} (${(bytes / size).toFixed(size === 1 ? 0 : 2)} ${unit})`;
}
