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
  name: string;
  /** With it gradients are computed and the weights changed. */
  state?: TrainingState;
}

/** Forward, losses and metrics; with a training state also backward, regularisation and the optimizer's step. */
export function buildScoring(options: ScoringOptions): ScoringProgram {
  const { graph, columns, targets, outputs, capacity, parameters, name, state } = options;
  const measured = outputs.flatMap(({ metrics }, i) =>
    metrics.map((one) => ({ ...one, output: i, shape: graph.outputs[i].sampleShape })),
  );
  const scores = new Scoreboard(runtime(), outputs.length, measured);
  const b = new Builder({
    training: state !== undefined,
    scalars: state?.scalars,
    penalty: scores.penalty,
    gradientPlace: (parameter) => state?.gradientPlace(parameter),
  });
  const ports = openPorts(b, [...columns, ...targets]);
  const predictions = callGraph(b, graph, values(ports.slice(0, columns.length)));
  const wanted = values(ports.slice(columns.length));
  const weights: readonly (Value | undefined)[] = wanted.slice(outputs.length);

  outputs.forEach(({ name: output, loss, weight }, i) => {
    const perRow = loss.build(b, { prediction: predictions[i], target: wanted[i], weights: weights[i] });
    scores.addLoss(b, `${output}_loss`, perRow, weight);
    b.minimize(perRow, weight);
  });
  for (const { key, metric, output: i, weighted } of measured) {
    const scored = { prediction: predictions[i], target: wanted[i] };
    scores.addMetric(b, key, metric, weighted ? { ...scored, weights: weights[i] } : scored);
  }

  if (state) b.backward();
  const divisible = outputs.some(({ loss }) => loss.wholeBatch) ? 0 : b.steps.length;
  state?.emitSum(b);
  emitPenalties(b, parameters, scores);
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
  state.emitUpdate(b);
  for (const parameter of state.parameters) parameter.constraint?.emit(b, b.value(parameter));
  b.emitLast();
}

/** Opens a port for every column and emits what converts its rows. */
export function openPorts(b: Builder, columns: readonly Column[]): Port[] {
  return columns.map((column) => {
    const port = column.open();
    if (port.convert) b.emit(core, port.convert.kernel, ...port.convert.args);
    return port;
  });
}

function values(ports: readonly Port[]): Value[] {
  return ports.map(({ value }) => value);
}
