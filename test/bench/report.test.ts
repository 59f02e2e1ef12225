import { describe, expect, it } from 'vitest';
import { compare } from '../../bench/report/compare.js';
import { familyGrid } from '../../bench/report/grid.js';
import { explainGrowth, growthOf } from '../../bench/report/growth.js';
import { logChart } from '../../bench/report/logChart.js';
import { markdownTable } from '../../bench/report/markdown.js';
import { mergeRuns } from '../../bench/report/runs.js';
import { judge } from '../../bench/report/targets.js';
import { table } from '../../bench/report/text.js';

const format = {
  name: 'train',
  text: { unit: 'steps/s', value: (_row: unknown, { cost }: { cost: number }) => 1000 / cost },
  share: {
    title: 'of bound',
    value: (row: Record<string, unknown>, { cost }: { cost: number }) => Number(row.best) / cost,
  },
};
const row = (id: string, results: Record<string, object>, more = {}) =>
  ({ id, title: `the ${id}`, results, ...more }) as never;

describe('tables', () => {
  const rows = [
    row('mnist', { fourlane: { cost: 2 }, 'tfjs-wasm': { cost: 30 }, torch: { cost: 1 } }, { best: 1.5 }),
    row('boston', { fourlane: { cost: 0.01 }, 'brain.js': { cost: 0.06, otherWork: true } }),
  ];
  const grid = familyGrid(format, rows);

  it('puts the peers beside this library, with how many times more they cost', () => {
    expect(grid.titles).toEqual(['row', 'unit', 'fourlane', 'of bound', 'tfjs-wasm', 'brain.js', 'torch']);
    expect(grid.lines).toEqual([
      ['the mnist', 'steps/s', '500', '75 %', '33.3 (15 x)', '', '1,000 (0.50 x)'],
      ['the boston', 'steps/s', '100,000', '', '', '16,667* (6.0 x)', ''],
    ]);
  });

  it('aligns text on the left and numbers on the right', () => {
    expect(
      table({
        titles: ['row', 'ms'],
        left: [true, false],
        lines: [
          ['a', '1'],
          ['long', '1,000'],
        ],
      }),
    ).toBe(['row      ms', '----  -----', 'a         1', 'long  1,000'].join('\n'));
  });

  it('escapes what Markdown would read', () => {
    expect(markdownTable({ titles: ['a|b', 'ms'], left: [true, false], lines: [['2*', '1']] })).toBe(
      ['| a\\|b | ms |', '| --- | ---: |', '| 2\\* | 1 |'].join('\n'),
    );
  });
});

describe('several runs', () => {
  const run = (cost: number, problem?: string) => ({
    train: {
      rows: [row('mnist', { fourlane: { cost, spread: 0.01 }, ...(cost < 3 && { torch: { cost: 9 } }) })],
      notes: ['the same'],
      problems: problem ? [problem] : [],
    },
  });

  it('become medians, with the cost that each run found', () => {
    const [merged] = mergeRuns([run(2), run(4, 'late'), run(3)]).train.rows;
    expect(merged.results.fourlane).toEqual({ cost: 3, spread: 1 / 3, runs: [2, 4, 3] });
    expect(merged.results.torch).toMatchObject({ cost: 9, runs: [9] });
  });

  it('keep each note and problem once', () => {
    expect(mergeRuns([run(2), run(4, 'late'), run(3)]).train).toMatchObject({
      notes: ['the same'],
      problems: ['late'],
    });
  });
});

describe('comparison with an earlier report', () => {
  const report = (cost: number, spread: number) => ({
    train: { rows: [row('mnist', { fourlane: { cost, spread } })] },
  });

  it('marks what changed by more than the noise of both', () => {
    expect(compare(report(10, 0.03), report(12, 0.04))[0]).toMatchObject({
      ratio: 1.2,
      noise: 0.1,
      change: 'worse',
    });
    expect(compare(report(10, 0.03), report(8, 0.04))[0]).toMatchObject({ ratio: 0.8, change: 'better' });
    expect(compare(report(10, 0.1), report(12, 0.1))[0]).toMatchObject({ change: '' });
  });

  it('never marks less than three percent', () => {
    expect(compare(report(10, 0), report(10.2, 0))[0]).toMatchObject({ noise: 0.03, change: '' });
  });

  it('leaves out what only one of them has', () => {
    expect(compare({ kernels: { rows: [] } }, report(10, 0))).toEqual([]);
  });
});

describe('targets', () => {
  const peers = [
    { name: 'fourlane' },
    { name: 'tfjs-wasm' },
    { name: 'brain.js' },
    { name: 'torch', native: true },
  ];
  const judged = (family: string, rows: never[]) =>
    judge({ [family]: { rows } }, { [family]: format }, peers);

  it('are measured against the fastest peer of their kind that did the same work, or against one by name', () => {
    const results = {
      fourlane: { cost: 1 },
      'tfjs-wasm': { cost: 9 },
      'brain.js': { cost: 0.5, otherWork: true },
      torch: { cost: 0.1 },
    };
    expect(judged('kernels', [row('softmax', results, {})])).toEqual([
      {
        name: 'kernels: softmax against the best in JavaScript',
        aim: 'at least 0.87 x as fast',
        found: '9.0 x (tfjs-wasm)',
        reached: true,
      },
    ]);
    expect(judged('train', [row('mnist', results, { best: 0.81 })])).toEqual([
      {
        name: 'train: mnist against tfjs-wasm',
        aim: 'at least 17 x as fast',
        found: '9.0 x (tfjs-wasm)',
        reached: false,
      },
      { name: 'train: mnist', aim: 'at least 78 % of bound', found: '81 %', reached: true },
    ]);
  });

  it('may be a limit, and are left out where nothing was measured to tell', () => {
    const found = judged('train', [row('boston', { fourlane: { cost: 1 }, torch: { cost: 40 } })]);
    expect(found.map(({ name, found, reached }) => [name, found, reached])).toEqual([
      ['train: boston', expect.stringContaining('1,000'), false],
      ['train: boston against torch', '40 x (torch)', true],
    ]);
  });
});

describe('growth', () => {
  const caches = { L2: 1 << 20, L3: 1 << 25 };
  const point = (size: number, cost: number) =>
    row(
      `batch ${size}`,
      {
        fourlane: { cost, weightBytes: 1 << 20, planBytes: size << 16, totalBytes: (1 << 22) + (size << 16) },
      },
      { axis: 'batch', size, flops: size * 1e6 },
    );
  const rows = [point(4, 0.4), point(1, 0.3), point(2, 0.31), point(8, 0.8)];

  it('is compared with the straight line through the largest size', () => {
    expect(growthOf(rows, 'batch').map(({ size, line }) => [size, line])).toEqual([
      [1, 0.1],
      [2, 0.2],
      [4, 0.4],
      [8, 0.8],
    ]);
  });

  it('is explained by the figures where it leaves that line', () => {
    const [explained, ...others] = explainGrowth(rows, { families: {}, machine: { caches } });
    expect(others).toEqual([]);
    expect(explained).toContain('From 4 up the time is within 25 % of the straight line');
    expect(explained).toContain('at 1 a step takes 300 µs, 3 times its share');
    expect(explained).toContain('4.5 MiB, more than L2 (1 MiB)');
  });

  it('is drawn on logarithmic axes', () => {
    const points = [
      [1, 1],
      [2, 10],
      [4, 100],
    ] as const;
    const svg = logChart({ title: 'a < b', xLabel: 'x', yLabel: 'y', lines: [{ name: 'measured', points }] });
    const [first, second, third] = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(
      ([, x, y]) => [+x, +y],
    );
    expect(second[0] - first[0]).toBeCloseTo(third[0] - second[0], 1);
    expect(first[1] - second[1]).toBeCloseTo(second[1] - third[1], 1);
    expect(first[1] - third[1]).toBeGreaterThan(200); // of 268 pixels
    expect(svg).toContain('a &#60; b');
  });
});
