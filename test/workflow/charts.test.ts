import { confusionMatrixChart, learningCurves, lineChart } from 'fourlane/workflow';
import { describe, expect, it } from 'vitest';
import { escapeText, fitText, textWidth } from '../../src/workflow/svg.js';
import { countAxis, formatNumber, valueAxis } from '../../src/workflow/ticks.js';

const code = (name: string, message = '') =>
  expect.objectContaining({ code: name, message: expect.stringContaining(message) });
const texts = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((match) => match[1]);
const attribute = (tag: string, name: string) => Number(new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]);
const tags = (svg: string, name: string) =>
  [...svg.matchAll(new RegExp(`<${name}[^>]*>`, 'g'))].map((m) => m[0]);

/** Fails unless every element is closed in its order: what an XML parser checks first. */
function checkWellFormed(svg: string): void {
  const open: string[] = [];
  for (const [, closing, name, rest] of svg.matchAll(/<(\/?)(\w+)((?:\s[\w-]+="[^"<]*")*\s*\/?)>/g)) {
    if (closing) expect(open.pop()).toBe(name);
    else if (!rest.endsWith('/')) open.push(name);
  }
  expect(open).toEqual([]);
  expect(svg.replace(/<(\/?)(\w+)((?:\s[\w-]+="[^"<]*")*\s*\/?)>/g, '')).not.toMatch(/[<>]|&(?!\w+;|#39;)/);
}

const history = {
  loss: [1, 0.6, 0.4, 0.3, 0.2],
  accuracy: [0.5, 0.7, 0.8, 0.9, 0.95],
  val_loss: [0.9, 0.7, 0.5, 0.6, 0.8],
  val_accuracy: [0.55, 0.6, 0.7, 0.75, 0.72],
  learning_rate: [1, 1, 1, 1, 1],
};

describe('learningCurves', () => {
  it('draws loss and accuracy side by side with the best validation epoch, on a white ground', () => {
    const svg = learningCurves({ history }, { title: 'Run <1> & "2"' });
    checkWellFormed(svg);
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="840" height="354" /);
    expect(tags(svg, 'rect')[0]).toBe('<rect width="840" height="354" fill="#ffffff"/>');
    const shown = texts(svg);
    expect(shown[0]).toBe('Run &lt;1&gt; &amp; &quot;2&quot;');
    expect(shown.filter((text) => text === 'training' || text === 'validation')).toHaveLength(4);
    expect(shown).toContain('best: 0.5 in epoch 3');
    expect(shown).toContain('best: 0.75 in epoch 4');
    expect(shown.indexOf('loss')).toBeLessThan(shown.indexOf('accuracy'));
    expect(tags(svg, 'path').filter((path) => path.includes('stroke-width="2"'))).toHaveLength(4);
    const x = (text: string) => attribute(tags(svg, 'text')[shown.indexOf(text)], 'x');
    expect(x('accuracy') - x('loss')).toBe(410);
  });

  it('places points in proportion to their values', () => {
    const svg = learningCurves({ loss: [0, 5, 10] }, { width: 400, height: 300 });
    const path = tags(svg, 'path').find((tag) => tag.includes('stroke-width="2"')) ?? '';
    const points = (/ d="M([^"]*)"/.exec(path)?.[1] ?? '')
      .split('L')
      .map((pair) => pair.split(' ').map(Number));
    expect(points).toHaveLength(3);
    expect(points[1][0]).toBeCloseTo((points[0][0] + points[2][0]) / 2, 1);
    expect(points[1][1]).toBeCloseTo((points[0][1] + points[2][1]) / 2, 1);
    expect(points[2][1]).toBeLessThan(points[0][1]);
    const labels = tags(svg, 'text');
    const yOf = (text: string) => attribute(labels[texts(svg).indexOf(text)], 'y') - 4;
    expect(yOf('10.0')).toBeCloseTo(points[2][1], 1);
    expect(yOf('0.0')).toBeCloseTo(points[0][1], 1);
  });

  it('keeps the curves as pale lines where it smooths', () => {
    const svg = learningCurves(history, { keys: ['loss'], smoothing: 0.5 });
    const lines = tags(svg, 'path').filter((path) => path.includes('stroke-linecap'));
    expect(lines.map((line) => attribute(line, 'stroke-opacity'))).toEqual([0.3, 1, 0.3, 1]);
    expect(texts(svg)).toContain('best: 0.5 in epoch 3');
  });

  it('takes any series, one epoch, gaps and fewer validations than epochs', () => {
    const odd = { loss: [1], mae: [Number.NaN, 2, Number.POSITIVE_INFINITY, 3, 4], val_mae: [9, 8] };
    const svg = learningCurves(odd, { keys: ['loss', 'mae'] });
    checkWellFormed(svg);
    expect(svg).not.toMatch(/NaN|Infinity/);
    expect(texts(svg)).toContain('best: 8 in epoch 4');
    expect(texts(learningCurves({ loss: [Number.NaN] }))).toContain('no values');
    expect(texts(learningCurves({ loss: [1, 2], mse: [1, 2], mae: [1, 2] }))).not.toContain('mae');
  });

  it('stays within its size, wherever legends wrap', () => {
    const svg = learningCurves(history, {
      width: 300,
      height: 220,
      title: 'A title that is far too long for this',
    });
    texts(svg).forEach((text, i) => {
      const tag = tags(svg, 'text')[i];
      if (tag.includes('text-anchor="start"')) {
        expect(attribute(tag, 'x') + textWidth(text, attribute(tag, 'font-size'))).toBeLessThan(300);
      }
      expect(attribute(tag, 'y')).toBeLessThan(220);
    });
  });

  it('says what is wrong', () => {
    expect(() => learningCurves(history, { keys: ['auc'] })).toThrow(code('unknown-key', 'accuracy'));
    expect(() => learningCurves(history, { width: 10 })).toThrow(code('not-an-integer', 'width'));
    expect(() => learningCurves(history, { smoothing: 2 })).toThrow(code('factor'));
  });
});

describe('lineChart', () => {
  it('draws named lines over epochs', () => {
    const lines = [
      { name: 'mean & co', values: [3, 2, 1], start: 11 },
      { name: 'other', values: Float64Array.of(1, 2, 3), start: 11, color: 'black' },
    ];
    const svg = lineChart(lines, { title: 'Folds', yLabel: 'error' });
    checkWellFormed(svg);
    expect(texts(svg)).toEqual(
      expect.arrayContaining(['Folds', 'mean &amp; co', 'other', 'epoch', 'error', '11', '13']),
    );
    expect(svg).toContain('stroke="black"');
    expect(() => lineChart([])).toThrow(code('no-lines'));
  });
});

describe('confusionMatrixChart', () => {
  const matrix = [
    [8, 2],
    [0, 0],
  ];

  it('draws cells coloured by the share of their row', () => {
    const svg = confusionMatrixChart(matrix, { labels: ['<no>', 'yes'], title: 'Test' });
    checkWellFormed(svg);
    expect(texts(svg)).toEqual(
      expect.arrayContaining(['Test', '8', '2', '&lt;no&gt;', 'yes', 'predicted', 'true', '100%']),
    );
    const fills = tags(svg, 'rect').map((tag) => /fill="(#\w+)"/.exec(tag)?.[1]);
    // ColorBrewer's Blues: 0 % is #f7fbff; 20 % lies 4/5 of the way to #c6dbef, 80 % 1/5 from #2171b5 to #08306b.
    expect(fills[0]).toBe('#ffffff');
    expect(fills.slice(1, 5)).toEqual(['#1c64a6', '#d0e1f2', '#f7fbff', '#f7fbff']);
  });

  it('says what is wrong', () => {
    expect(() => confusionMatrixChart([[1, 2]])).toThrow(code('not-square'));
    expect(() => confusionMatrixChart(matrix, { labels: ['a'] })).toThrow(code('label-count', 'expected 2'));
  });
});

describe('axes and text', () => {
  it.each([
    [0.13, 0.97, 5, ['0.0', '0.2', '0.4', '0.6', '0.8', '1.0']],
    [0, 1, 4, ['0.00', '0.25', '0.50', '0.75', '1.00']],
    [-3, 12, 4, ['-5', '0', '5', '10', '15']],
    [1, 1 + 2 ** -52, 4, ['0.90', '0.95', '1.00', '1.05', '1.10']],
    [2, 2, 4, ['1.8', '1.9', '2.0', '2.1', '2.2']],
    [0, 9e-6, 5, ['0', '2e-6', '4e-6', '6e-6', '8e-6', '1e-5']],
    [31234, 69000, 4, ['30000', '40000', '50000', '60000', '70000']],
    [0, 3e6, 3, ['0', '1e6', '2e6', '3e6']],
  ])('marks %d to %d', (low, high, count, labels) => {
    const axis = valueAxis(low, high, count);
    expect(axis.labels).toEqual(labels);
    expect(axis.low).toBeLessThanOrEqual(low);
    expect(axis.high).toBeGreaterThanOrEqual(high);
  });

  it('marks epochs by whole numbers, the first among them', () => {
    expect(countAxis(1, 20, 6).ticks).toEqual([1, 5, 10, 15, 20]);
    expect(countAxis(1, 3, 8).ticks).toEqual([1, 2, 3]);
    expect(countAxis(1, 1, 8)).toMatchObject({ ticks: [1], low: 0.5, high: 1.5 });
    expect(countAxis(6, 100, 8).ticks).toEqual([6, 20, 40, 60, 80, 100]);
  });

  it('writes numbers in about four digits', () => {
    expect([0.093149, 12.3456, 1.2e-5, 250, 0.5, 1234567, 0].map(formatNumber)).toEqual([
      '0.09315',
      '12.35',
      '1.2e-5',
      '250',
      '0.5',
      '1.23e6',
      '0',
    ]);
  });

  it('escapes and cuts text', () => {
    expect(escapeText('a\u0000<b attr="x">\'&\u{1F600}\ud800')).toBe(
      'a&lt;b attr=&quot;x&quot;&gt;&#39;&amp;\u{1F600}',
    );
    expect(fitText('short', 12, 100)).toBe('short');
    const cut = fitText('a very long name indeed', 12, 60);
    expect(cut).toMatch(/^a very.*…$/);
    expect(textWidth(cut, 12)).toBeLessThanOrEqual(60);
  });
});
