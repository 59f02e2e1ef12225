import * as fl from 'fourlane';
import * as infer from 'fourlane/infer';
import { expect, test } from 'vitest';
// @ts-expect-error: plain JavaScript, which every runtime reads as it is
import { LAYERS } from '../runtimes/tables.js';
import { uniformArray } from '../support/random.js';

interface Row {
  options?: Record<string, unknown>;
  shape?: number[];
  inputs?: number;
  raw?: boolean;
  functions?: Record<string, fl.LambdaFunction>;
}

type Make = (options?: object) => fl.Layer;
const tables = LAYERS as Record<string, Row | Row[]>;
const rows = Object.entries(tables)
  .filter(([name]) => name !== 'input')
  .flatMap(([name, row]) => [row].flat().map((one) => [name, one] as const));

test.each(rows)('%s %j: comes back from its config and from a file', (name, row) => {
  const { options, shape = [8, 8], inputs: count = 1, raw = false, functions = {} } = row;
  for (const [known, fn] of Object.entries(functions)) fl.register(known, fn);
  const inputs = Array.from({ length: count }, () => fl.input({ shape }));
  const layer = (fl.layers[name as keyof typeof fl.layers] as unknown as Make)(options);
  const model = fl.model({ inputs, outputs: layer(inputs) });
  const config = model.getConfig();
  // undefined does not survive JSON, null would not be what was given.
  expect(JSON.stringify(fl.fromConfig(JSON.parse(JSON.stringify(config))).getConfig())).toBe(
    JSON.stringify(config),
  );
  for (const [option, value] of Object.entries(options ?? {})) {
    const kept = JSON.stringify(layer.getConfig()[option] ?? null);
    if (typeof value !== 'string' && option !== 'cropping') expect(kept).toBe(JSON.stringify(value));
  }
  const values = (i: number) =>
    uniformArray(3 * 64, i).map((value) => (raw ? Math.abs(Math.round(16 * value)) : value));
  const x = inputs.map((_, i) => fl.tensor(values(i), [3, ...shape]));
  const data = x.length === 1 ? x[0] : x;
  const file = model.save();
  const said = [...model.predict(data).data];
  expect(said.every(Number.isFinite)).toBe(true);
  expect([...fl.load(file).predict(data).data]).toEqual(said);
  expect([...infer.load(file).predict(data).data]).toEqual(said);
});
