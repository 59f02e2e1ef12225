/** Layers beside what a real Keras 2 computed for them, on the TensorFlow backend (the fixtures of keras-js). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fl from 'fourlane';
import { describe, expect, test } from 'vitest';
import { toCamelCase } from '../../src/names.js';
import { dataFolder, hasData } from '../support/data.js';
import { expectKeras, type GoldenTensor, toTensor } from '../support/golden.js';

const FOLDER = 'keras2-layer-fixtures';
/** The kinds of layers that are compared. */
const KINDS = ['convolutional', 'pooling'];

interface Parameters {
  attrs?: Record<string, unknown>;
}
interface Fixture {
  input: GoldenTensor;
  weights?: GoldenTensor[];
  expected: GoldenTensor;
}
type LayerClass = new (options: Record<string, unknown>) => fl.Layer;

const read = <T>(...path: string[]) =>
  JSON.parse(readFileSync(join(dataFolder, FOLDER, ...path), 'utf8')) as T;

/** The options in our spelling, or why we have none like them. */
function optionsOf({
  data_format: format,
  ...attrs
}: Record<string, unknown>): Record<string, unknown> | string {
  if (format === 'channels_first') return 'channels come last here';
  const named = Object.entries(attrs).filter(([, value]) => value !== null);
  return Object.fromEntries(named.map(([key, value]) => [toCamelCase(key), value]));
}

/** A case as a test can run it, or why it cannot be run. */
function prepare(name: string, { attrs }: Parameters) {
  const [kind, className] = name.split('.');
  const LayerOfName = (fl as unknown as Record<string, LayerClass | undefined>)[className];
  if (!LayerOfName) return `there is no layer ${className}`;
  const options = attrs ? optionsOf(attrs) : {};
  if (typeof options === 'string') return options;
  const fixture = read<Record<string, Fixture>>('layers', kind, `${className}.json`)[name];
  return fixture ? { make: () => new LayerOfName(options), ...fixture } : 'the file has no such case';
}

const there = hasData(FOLDER, 'params.json');
const parameters = there ? read<Record<string, Parameters>>('params.json') : {};
const cases = Object.entries(parameters)
  .filter(([name]) => KINDS.includes(name.split('.')[0]))
  .map(([name, one]) => ({ name, prepared: prepare(name, one) }));
const running = cases.filter(({ prepared }) => typeof prepared === 'object');

describe.skipIf(!there)('layers equal those of Keras 2', () => {
  const reasons = new Map<string, number>();
  for (const { prepared } of cases) {
    if (typeof prepared === 'string') reasons.set(prepared, (reasons.get(prepared) ?? 0) + 1);
  }
  const left = [...reasons].map(([reason, count]) => `${count}: ${reason}`).join('; ');
  console.log(
    `Keras 2 fixtures of layers: ${running.length} of ${cases.length} run. Left out: ${left || 'none'}.`,
  );

  test('no fewer run than have run before', () => {
    expect(running.length).toBeGreaterThanOrEqual(41);
  });

  test.each(running)('$name', ({ name, prepared }) => {
    if (typeof prepared === 'string') return;
    const { make, input, weights = [], expected } = prepared;
    const x = fl.input({ shape: input.shape });
    const model = fl.model({ inputs: x, outputs: make()(x) });
    model.setWeights(weights.map(toTensor));
    const batch = toTensor({ shape: [1, ...input.shape], data: input.data });
    const output = model.predict(batch);
    expect(output.shape).toEqual([1, ...expected.shape]);
    // Written down with six decimals.
    expectKeras(output.data, expected.data, name, 1e-5);
  });
});
