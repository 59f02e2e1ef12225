import { readFileSync } from 'node:fs';
import * as fl from 'fourlane';
import * as data from 'fourlane/data';
import * as datasets from 'fourlane/datasets';
import * as infer from 'fourlane/infer';
import * as node from 'fourlane/node';
import * as worker from 'fourlane/worker';
import * as workflow from 'fourlane/workflow';
import { describe, expect, test } from 'vitest';
// @ts-expect-error: plain JavaScript, which a script reads as it is
import { checkFeatures } from '../../scripts/features/check.mjs';

interface Row {
  section: number;
  area: string;
  name: string;
  priority: string;
  checks: string[];
  needs?: Record<string, unknown>;
  options?: Record<string, unknown>;
}

interface Result {
  row: Row;
  missing: string[];
}

const modules = { '': fl, data, workflow, datasets, infer, worker, node };
const rows = JSON.parse(readFileSync(new URL('../../docs/features.json', import.meta.url), 'utf8')) as Row[];
const check = (list: Partial<Row>[]) => checkFeatures(list, modules) as Promise<Result[]>;
const missing = async (row: Partial<Row>) => (await check([{ name: 'row', section: 0, ...row }]))[0].missing;

describe('docs/features.json', () => {
  test('has every section, and says for every row how it is checked', async () => {
    expect([...new Set(rows.map(({ section }) => section))]).toEqual([
      3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
    ]);
    const keys = rows.map(({ section, name }) => `${section} ${name}`);
    expect(new Set(keys).size).toBe(keys.length);
    for (const { priority, checks } of rows) {
      expect(['must', 'should', 'later', 'no']).toContain(priority);
      expect(checks.length).toBeGreaterThan(0);
    }
    const results = await check(rows);
    expect(results.length).toBe(rows.length);
    // What the foundation has, so that a check that never finds anything is noticed.
    const done = new Set(results.filter((result) => !result.missing.length).map(({ row }) => row.name));
    const sure = [
      'Dense',
      'relu',
      'init HeNormal',
      'reg L1L2',
      'constraint MaxNorm',
      'Huber',
      'AUC',
      'Adam',
      'summary',
    ];
    for (const name of [...sure, 'CosineDecay', 'EarlyStopping', 'pad_sequences', 'Gradient clipping']) {
      expect(done, name).toContain(name);
    }
  });
});

describe('a check', () => {
  test('finds exports, methods, entries and files, and says what is not there', async () => {
    const there = [
      'layers.dense',
      'Model#fit',
      'data/KFold',
      'entry ./worker',
      'file package.json',
      'nothing | input',
    ];
    expect(await missing({ checks: there })).toEqual([]);
    const not = ['layers.dens', 'Model#fitt', 'data/Kfolds', 'entry ./wrker', 'file nothing.json', 'a | b'];
    expect(await missing({ checks: not })).toEqual([
      ...[
        'no layers.dens',
        'no Model#fitt',
        'no data/Kfolds',
        'no entry ./wrker',
        'no file nothing.json',
        'no a',
      ],
    ]);
  });

  test('makes things with their options', async () => {
    const dense = { checks: ['make layers.dense'], needs: { units: 2 } };
    expect(
      await missing({ ...dense, options: { useBias: true, kernelInitializer: 'glorot_uniform' } }),
    ).toEqual([]);
    expect(await missing({ ...dense, options: { useBiass: true } })).toEqual([
      'make layers.dense without useBiass'.slice(5),
    ]);
    expect(await missing({ checks: ['make layers.dense'] })).toEqual([
      expect.stringMatching(/layers.dense: .*units/),
    ]);
    for (const [path, option] of [
      ['activations.relu', 'maxValue'],
      ['regularizers.l2', 'l2'],
      ['constraints.maxNorm', 'axis'],
      ['initializers.heNormal', 'seed'],
      ['optimizers.adam', 'beta1'],
      ['metrics.auc', 'curve'],
    ]) {
      expect(await missing({ checks: [`option ${path}.${option}`] })).toEqual([]);
      expect(await missing({ checks: [`option ${path}.noSuchOption`] })).toEqual([
        `no option ${path}.noSuchOption`,
      ]);
    }
  });

  test.each(['fit', 'compile', 'evaluate', 'predict', 'trainOnBatch', 'testOnBatch', 'summary', 'init'])(
    'calls %s with options',
    async (call) => {
      expect(await missing({ checks: [`option ${call}.noSuchThing`] })).toEqual([
        `no option ${call}.noSuchThing`,
      ]);
    },
  );

  test('of an unknown kind is an error, and so is a row without any', async () => {
    await expect(check([{ name: 'row', section: 1, checks: [] }])).rejects.toThrow(/'row' .* says no check/);
    await expect(missing({ checks: ['probe nothing'] })).rejects.toThrow(/no probe 'nothing'/);
    await expect(missing({ checks: ['look for it'] })).rejects.toThrow(/'look for it' is no check/);
  });
});
