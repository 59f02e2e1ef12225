/** How much of the variation of the targets the predictions explain. */
import type { CamelCase } from '../identifiers.js';
import { checkChoice, checkNumber, toSnakeCase } from '../names.js';
import { core } from '../wasm/core.js';
import { known, type Metric, type MetricOptions, makeMetric, type SummedMetric } from './metric.js';

type Aggregation = 'uniform_average' | 'variance_weighted_average';

export interface R2Options extends MetricOptions {
  /**
   * How the scores of the columns become one: their mean ('uniform_average', the default), weighted by the variance of
   * the targets ('variance_weighted_average'); null gives a list where there are several columns, for which `compile` has
   * no place.
   */
  classAggregation?: Aggregation | CamelCase<Aggregation> | null;
  /** The number of independent predictors, for the adjusted score. Default 0: not adjusted. */
  numRegressors?: number;
}

/** 1 - sum (target - prediction)^2 / sum (target - mean target)^2; 0 where the targets do not vary. */
export const r2Score = (options: R2Options = {}): Metric => {
  const given = known<{ classAggregation: R2Options['classAggregation']; numRegressors: number }>(
    'r2Score',
    options,
    {
      classAggregation: 'uniform_average',
      numRegressors: 0,
    },
  );
  const { classAggregation: aggregation, numRegressors } = given;
  const classAggregation = typeof aggregation === 'string' ? toSnakeCase(aggregation) : aggregation;
  const config = { ...given, classAggregation };
  const where = 'metrics.r2Score';
  checkChoice(classAggregation, `${where}: classAggregation`, [
    'uniform_average',
    'variance_weighted_average',
    null,
  ]);
  checkNumber(numRegressors, `${where}: numRegressors`, { from: 0, whole: true });
  return makeMetric<SummedMetric>('r2Score', config, {
    sums(shape) {
      return 4 * (shape.at(-1) ?? 1) + 1;
    },
    several: (shape) => classAggregation === null && (shape.at(-1) ?? 1) > 1,
    build(b, { prediction: x, target, weights, sums }) {
      b.emit(core, 'sumSquares', sums, x, target, weights ?? 0, x.rows, x.cols);
    },
    value(sums) {
      const columns = Array.from({ length: (sums.length - 1) / 4 }, (_, c) => {
        const [count, total, squares, residual] = sums.subarray(4 * c, 4 * c + 4);
        const variation = squares - total * (total / count);
        const score = 1 - residual / variation;
        return { variation, score: Math.abs(score) === Infinity ? 0 : score };
      });
      const samples = sums[sums.length - 1];
      const adjusted = (score: number) => {
        if (numRegressors === 0 || numRegressors >= samples - 1) return score;
        return 1 - ((1 - score) * (samples - 1)) / (samples - numRegressors - 1);
      };
      if (classAggregation === null && columns.length > 1) return columns.map(({ score }) => adjusted(score));
      const total = columns.reduce((all, { variation }) => all + variation, 0);
      const weight = (variation: number) =>
        classAggregation === 'variance_weighted_average' ? variation / total : 1 / columns.length;
      const score = columns.reduce((all, one) => all + one.score * weight(one.variation), 0);
      return adjusted(score);
    },
  });
};
