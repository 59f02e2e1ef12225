import type { Column, Port } from '../data/column.js';
import type { PredictingProgram } from '../data/feed.js';
import { Builder } from '../plan/builder.js';
import type { Parameter } from '../plan/parameter.js';
import { Program } from '../plan/program.js';
import type { Value } from '../plan/value.js';
import { Scoreboard } from '../train/scoreboard.js';
import type { TrainingState } from '../train/state.js';
import type { ScoringProgram } from '../train/trainable.js';
import { core } from '../wasm/core.js';
import { runtime } from '../wasm/runtime.js';
import type { CompiledOutput } from './compile.js';
import { callGraph, type Graph } from './graph.js';

/** Forward steps only. */
export function buildPredicting(
  graph: Graph,
  columns: readonly Column[],
  capacity: number,
  name: string,
): PredictingProgram {
  const b = new Builder();
  const ports = openPorts(b, columns);
  const outputs = callGraph(b, graph, values(ports));
  const inputs = ports.flatMap((port) => port.inputs);
  const program = new Program(runtime(), {
    steps: b.steps,
    capacity,
    inputs,
    outputs,
    purpose: `Model '${name}'`,
  });
  return { program, ports, outputs };
}

export interface ScoringOptions {
  graph: Graph;
  columns: readonly Column[];
  /** A column for each output; behind them, where samples have weights, those of each output. */
  targets: readonly Column[];
  outputs: readonly CompiledOutput[];
  capacity: number;
  /** The weights whose regularizers count. */
  parameters: readonly Parameter[];
  /** The layers that are not trained. */
  frozen: ReadonlySet<unknown>;
  name: string;
  /** With it gradients are computed and the weights changed. */
  state?: TrainingState;
}

/** Forward, losses and metrics; with a training state also backward, regularisation and the optimizer's step. */
export function buildScoring(options: ScoringOptions): ScoringProgram {
  const { graph, columns, targets, outputs, capacity, parameters, frozen, name, state } = options;
  const measured = outputs.flatMap(({ metrics }, i) =>
    metrics.map((one) => ({ ...one, output: i, shape: graph.outputs[i].sampleShape })),
  );
  const scores = new Scoreboard(runtime(), outputs.length, measured);
  const b = new Builder({
    training: state !== undefined,
    scalars: state?.scalars,
    penalty: scores.penalty,
    lossScale: state?.optimizer.lossScaleFactor,
    gradientPlace: (parameter) => state?.gradientPlace(parameter),
    isFrozen: (layer) => frozen.has(layer),
  });
  const ports = openPorts(b, [...columns, ...targets]);
  const predictions = callGraph(b, graph, values(ports.slice(0, columns.length)));
  const wanted = values(ports.slice(columns.length));
  const weights: readonly (Value | undefined)[] = wanted.slice(outputs.length);

  outputs.forEach(({ name: output, loss, weight }, i) => {
    const inputs = { prediction: predictions[i], target: wanted[i], weights: weights[i] };
    b.for(`loss of ${output}`, () => {
      const perRow = loss.build(b, inputs);
      scores.addLoss(b, `${output}_loss`, perRow, weight);
      b.minimize(perRow, weight);
    });
  });
  for (const { key, metric, output: i, weighted } of measured) {
    const scored = { prediction: predictions[i], target: wanted[i] };
    b.for(`metric ${key}`, () =>
      scores.addMetric(b, key, metric, weighted ? { ...scored, weights: weights[i] } : scored),
    );
  }

  if (state) b.backward();
  const whole = outputs.some(({ loss }, i) => loss.wholeBatch || b.maskOf(predictions[i]));
  const divisible = whole ? 0 : b.steps.length;
  if (state) b.for('sum of the threads', () => state.emitSum(b), 'update');
  b.for('regularization', () => emitPenalties(b, parameters, scores), state ? 'update' : 'forward');
  if (state) emitUpdate(b, state);

  const inputs = ports.flatMap((port) => port.inputs);
  const { steps } = b;
  const program = new Program(runtime(), { steps, divisible, capacity, inputs, purpose: `Model '${name}'` });
  return { program, ports, scores };
}

/** Emits the penalties on weights, and their gradients where there are any. */
export function emitPenalties(b: Builder, parameters: readonly Parameter[], scores: Scoreboard): void {
  const { penalty, samples } = scores;
  for (const parameter of parameters) {
    const gradient = b.gradientOf(parameter);
    parameter.regularizer?.emit(b, { weight: b.value(parameter), gradient, penalty, samples });
  }
}

/** Emits what turns gradients into new weights, and what follows them. */
export function emitUpdate(b: Builder, state: TrainingState): void {
  b.for('optimizer', () => state.emitUpdate(b), 'update');
  const constrain = (parameter: Parameter) => parameter.constraint?.emit(b, b.value(parameter));
  b.for('constraints', () => state.parameters.forEach(constrain), 'update');
  b.emitLast();
}

/** Opens a port for every column and emits what converts its rows. */
export function openPorts(b: Builder, columns: readonly Column[]): Port[] {
  return columns.map((column) => {
    const port = column.open();
    const { convert } = port;
    if (convert) b.for('data', () => b.emit(core, convert.kernel, ...convert.args));
    return port;
  });
}

function values(ports: readonly Port[]): Value[] {
  return ports.map(({ value }) => value);
}
