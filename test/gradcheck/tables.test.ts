import * as fl from 'fourlane';
import { describe, expect, test } from 'vitest';
// @ts-expect-error: plain JavaScript, which every runtime reads as it is
import { LAYERS, rows as namesOf, OPTIONS } from '../runtimes/tables.js';
import { uniformArray } from '../support/random.js';

/** Gradient checks for everything that has one: whoever adds a row to a table of the package is tested here. */
type Options = Record<string, unknown>;
type Make<T> = (options?: Options) => T;

interface LayerRow {
  options?: Options;
  shape?: number[];
  inputs?: number;
  /** The layer reads whole numbers, such as indices. */
  raw?: boolean;
  /** To be registered by their names. */
  functions?: Record<string, fl.LambdaFunction>;
}

function tableOf<T>(table: 'layers' | 'activations' | 'losses'): [string, Make<T>][] {
  const tables = { layers: fl.layers, activations: fl.activations, losses: fl.losses };
  const makers = tables[table] as unknown as Record<string, Make<T>>;
  return (namesOf(makers) as string[]).map((name) => [name, makers[name]]);
}

/** The cases of a row of the layers. */
const casesOf = (name: string) => [(LAYERS as Record<string, LayerRow | LayerRow[]>)[name]].flat();

const optionsOf = (table: 'activations' | 'losses', name: string) =>
  (OPTIONS as Record<string, Record<string, Options>>)[table][name];

describe('layers', () => {
  const cases = tableOf<fl.Layer>('layers')
    .filter(([name]) => name !== 'input')
    .flatMap(([name, make]) => casesOf(name).map((row) => [name, row, make] as const));

  test.each(cases)('%s %j', (_, { options, shape = [8, 8], inputs = 1, raw, functions = {} }, make) => {
    for (const [known, fn] of Object.entries(functions)) fl.register(known, fn);
    const layer = make(options);
    const batch = 3;
    const indices = new Int32Array(batch * 64).map((_, i) => (i * 7) % 17);
    const data = raw ? { inputs: fl.tensor(indices, [batch, ...shape]) } : {};
    const inputShape = Array.from({ length: inputs }, () => shape);
    for (const training of [true, false]) {
      const report = fl.gradcheck(layer, { inputShape, ...data, batchSize: batch, training, throws: false });
      expect(report.passed, String(report)).toBe(true);
      const compared = report.tensors.map(({ checked, undecided }) => checked / (checked + undecided));
      expect(Math.min(1, ...compared), String(report)).toBeGreaterThan(0.7);
    }
  });
});

describe('activations', () => {
  const cases = tableOf<fl.ActivationFunction>('activations').flatMap(([name, make]) =>
    [undefined, optionsOf('activations', name)]
      .filter((options, i) => i === 0 || options)
      .map((options) => [name, options, make] as const),
  );

  test.each(cases)('%s %j', (name, options, make) => {
    const needed = { threshold: { threshold: 0.5, defaultValue: 0.25 } }[name];
    const activation = make(options ?? needed);
    const layer = fl.layers.activation({ activation });
    for (const range of [
      [-2, 2],
      [-8, 8],
    ] as const) {
      const report = fl.gradcheck(layer, { inputShape: [3, 6], range, throws: false });
      expect(report.passed, String(report)).toBe(true);
    }
  });
});

describe('losses', () => {
  const cases = tableOf<fl.Loss>('losses').flatMap(([name, make]) =>
    [
      undefined,
      optionsOf('losses', name),
      { reduction: 'sum' },
      { fromLogits: true },
      { labelSmoothing: 0.25 },
    ]
      .filter((options, i) => i === 0 || (options && knows(make, options)))
      .map((options) => [name, options, make] as const),
  );

  test.each(cases)('%s %j', (_, options, make) => {
    const loss = make(options);
    const range = options?.fromLogits ? ([-3, 3] as const) : undefined;
    for (const inputShape of [[5], [3, 4]]) {
      const labels = Int32Array.from({ length: 12 }, (_, i) => i % 5);
      const target =
        loss.target === 'labels' && inputShape.length === 1 ? labels.slice(0, 3) : targetOf(loss, inputShape);
      const report = fl.gradcheck(loss, { inputShape, range, target, throws: false });
      expect(report.passed, String(report)).toBe(true);
    }
  });

  test.each(cases.filter(([, options, make]) => make(options).activation && !options?.fromLogits))(
    '%s %j behind its activation, with weights',
    (_, options, make) => {
      const loss = make(options);
      const behind: fl.Loss = {
        ...loss,
        build: (b, { prediction: x, target }) => {
          const prediction = loss.activation === 'sigmoid' ? b.apply('sigmoid', x) : b.softmax(x);
          return loss.build(b, { prediction, target, weights: b.full(b.sum(x), 0.5) });
        },
      };
      const report = fl.gradcheck(behind, { inputShape: [5], range: [-3, 3], throws: false });
      expect(report.passed, String(report)).toBe(true);
    },
  );
});

/** Distributions for losses that need such: rows that sum to 1. */
function targetOf({ target }: fl.Loss, shape: number[]): fl.Tensor | undefined {
  if (target === 'labels') return undefined;
  const width = shape[shape.length - 1];
  const data = uniformArray(3 * shape.reduce((size, axis) => size * axis, 1), 5, 0.1, 0.9);
  const sums = Array.from({ length: data.length / width }, (_, row) =>
    data.slice(row * width, (row + 1) * width).reduce((sum, value) => sum + value, 0),
  );
  return fl.tensor(
    data.map((value, i) => value / sums[Math.floor(i / width)]),
    [3, ...shape],
  );
}

function knows(make: Make<fl.Loss>, options: Options): boolean {
  try {
    make(options);
    return true;
  } catch {
    return false;
  }
}
