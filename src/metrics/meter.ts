/** Metrics without a model, and what a model shares with them: the sums. */
import type { Data } from '../data/adapt.js';
import { predictionShape, runStandalone } from '../data/standalone.js';
import { ConfigError } from '../errors.js';
import type { Builder } from '../plan/builder.js';
import { Value } from '../plan/value.js';
import { formatShape, type Shape, sameShape } from '../shape.js';
import { core } from '../wasm/core.js';
import type { Allocation } from '../wasm/heap.js';
import { runtime } from '../wasm/runtime.js';
import type { MetricDefinition, MetricInputs } from './metric.js';

/** A sum of values and their number. */
const MEAN = 2;

/** How many sums a metric keeps for samples of that shape. */
export function sumsOf(metric: MetricDefinition, shape: Shape): number {
  return metric.sums ? metric.sums(shape) : MEAN;
}

/** Emits what adds a batch to the sums. The mask of the prediction is part of the weights of a mean. */
export function emitMetric(b: Builder, metric: MetricDefinition, inputs: MetricInputs): void {
  const { prediction, target, weights, sums } = inputs;
  const mask = b.maskOf(prediction);
  const counted = mask && weights ? b.multiply(mask, weights) : (mask ?? weights);
  if (metric.sums) {
    metric.build(b, { ...inputs, weights: metric.masked ? counted : weights });
    return;
  }
  const perRow = metric.build(b, prediction, target);
  b.emit(core, 'accumulate', sums, perRow, counted ?? 0, perRow.count);
}

/** The value of a metric from its sums. */
export function resultOf(metric: MetricDefinition, sums: Float64Array, shape: Shape): number | number[] {
  return metric.sums ? metric.value(sums, shape) : metric.value(sums[0], sums[1]);
}

interface State {
  readonly shape: Shape;
  readonly sums: Value;
  readonly memory: Allocation;
}

/** What the metrics of the table are frozen objects without. */
const states = new WeakMap<Meter, State>();

/** A metric as an object that counts: what Keras calls a stateful metric. */
export class Meter {
  /**
   * Counts data: predictions with their targets, and weights of samples or rows if there are any. `mean` and `sum` need
   * values alone.
   *
   *     const auc = fl.metrics.auc();
   *     auc.updateState([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.9]);
   *     auc.result(); // 0.75
   *
   * @throws ShapeError, ValueError where the data do not fit; ConfigError where predictions have another shape than before.
   */
  updateState(yTrue: Data, yPred: Data = yTrue, sampleWeight?: Data): void {
    const metric = this as unknown as MetricDefinition;
    const where = `metrics.${metric.kind ?? metric.name}`;
    const shape = predictionShape(yPred);
    const state = this.#stateFor(metric, shape, where);
    runStandalone(
      { yTrue, yPred, sampleWeight },
      { target: metric.target, where, ...ignored(metric) },
      (b, given) => {
        emitMetric(b, metric, { ...given, sums: state.sums });
        return undefined;
      },
    );
  }

  /**
   * The metric of everything since the last reset: a number, or a list where it has several thresholds or classes; 0
   * before anything has been counted.
   */
  result(): number | number[] {
    const state = states.get(this);
    return state ? resultOf(this as unknown as MetricDefinition, read(state), state.shape) : 0;
  }

  /** Begins anew. */
  resetState(): void {
    const state = states.get(this);
    if (state) runtime().heap.release(state.memory);
    states.delete(this);
  }

  #stateFor(metric: MetricDefinition, shape: Shape, where: string): State {
    const known = states.get(this);
    if (known) {
      if (sameShape(known.shape, shape)) return known;
      throw new ConfigError(
        'metric-shape',
        `${where} has counted predictions of shape ${formatShape(known.shape, true)}, so it cannot count some of shape ` +
          `${formatShape(shape, true)}; resetState() begins anew.`,
      );
    }
    const length = sumsOf(metric, shape);
    const { heap } = runtime();
    const memory = heap.allocate(length * 8, 'Metrics');
    const { address } = memory;
    const state: State = {
      shape,
      memory,
      sums: new Value([length], { type: 'float64', place: { address } }),
    };
    heap.f64.fill(0, address / 8, address / 8 + length);
    states.set(this, state);
    return state;
  }
}

function read({ sums, memory }: State): Float64Array {
  return runtime().heap.f64.slice(memory.address / 8, memory.address / 8 + sums.shape[0]);
}

/** The class that a metric of class numbers leaves out. */
function ignored({ config }: MetricDefinition): { ignoreClass?: number } {
  const ignoreClass = config?.ignoreClass;
  return typeof ignoreClass === 'number' ? { ignoreClass } : {};
}
