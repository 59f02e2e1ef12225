import type { Column, Port } from '../data/column.js';
import { stepAlone } from '../data/feed.js';
import { ConfigError } from '../errors.js';
import { ProgramCache } from '../model/cache.js';
import { emitPenalties, openPorts } from '../model/programs.js';
import type { Builder } from '../plan/builder.js';
import { Program } from '../plan/program.js';
import type { Value } from '../plan/value.js';
import { Scoreboard } from '../train/scoreboard.js';
import type { TrainingState } from '../train/state.js';
import type { ScoringProgram } from '../train/trainable.js';
import { runtime } from '../wasm/runtime.js';
import { type Batch, batchSamples, type InputShapes } from './inputs.js';
import { emitObjective, type Objective } from './objective.js';

interface ObjectiveProgram extends ScoringProgram {
  /** The gradients of the inputs whose gradients are wanted. */
  readonly outputs: readonly Value[];
}

/**
 * What runs a loss and its gradients on a batch; `finish` emits what is done with the gradients. Programs are built as
 * batches ask for them.
 */
export function objectivePrograms(
  objective: Objective,
  state: TrainingState,
  finish: (b: Builder) => void,
): (batch: Batch<InputShapes>) => { feed: ObjectiveProgram; length: number } {
  const programs = new ProgramCache<ObjectiveProgram>();
  return (batch) => {
    const samples = batchSamples(objective.inputs, batch, objective.where);
    const { inputs, length } = samples;
    const feed = programs.get(inputs, length, (capacity) =>
      buildProgram(objective, state, finish, inputs, capacity),
    );
    feed.scores.reset();
    state.beginStep();
    stepAlone(feed, samples)({ order: undefined, start: 0, count: length });
    return { feed, length };
  };
}

function buildProgram(
  objective: Objective,
  state: TrainingState,
  finish: (b: Builder) => void,
  columns: readonly Column[],
  capacity: number,
): ObjectiveProgram {
  const { parameters, regularization, where: purpose } = objective;
  const scores = new Scoreboard(runtime(), objective.terms, []);
  let ports: readonly Port[] = [];
  const { b, terms, differentiable } = emitObjective(
    objective,
    {
      scalars: state.scalars,
      penalty: regularization ? scores.penalty : undefined,
      gradientPlace: (parameter) => state.gradientPlace(parameter),
    },
    (b) => {
      ports = openPorts(b, columns);
      return ports.map(({ value }) => value);
    },
  );
  if (terms.length !== objective.terms) {
    throw new ConfigError(
      'loss-value',
      `${purpose}: loss returned ${terms.length} terms, but ${objective.terms} before; it must do the same each time.`,
    );
  }
  for (const { name, value } of terms) scores.addLoss(b, name, value, 1);
  state.emitSum(b);
  if (regularization) emitPenalties(b, parameters, scores);
  finish(b);
  const inputs = ports.flatMap((port) => port.inputs);
  const outputs = differentiable.map((value) => b.gradientOf(value)!);
  const program = new Program(runtime(), { steps: b.steps, capacity, inputs, outputs, purpose });
  return { program, ports, scores, outputs };
}
