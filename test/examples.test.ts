import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decode } from 'fast-png';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const dataFolder = resolve(process.env.FOURLANE_DATA || at('../../shared/data'));

/** The larger examples, the files that each needs first, and the pictures that each writes. */
const LARGER = [
  { name: 'boston', data: 'sklearn/boston_house_prices.csv', pictures: ['boston-mae.svg'] },
  { name: 'imdb', data: 'imdb-reviews/train_10000.tsv.gz', pictures: ['imdb-curves.svg'] },
  { name: 'reuters', data: 'reuters-r8/r8-train-all-terms.txt.gz', pictures: ['reuters-curves.svg'] },
  { name: 'mnist', data: 'mnist/train-images-idx3-ubyte.gz', pictures: [] },
  { name: 'cnn', data: 'mnist/train-images-idx3-ubyte.gz', pictures: [] },
  { name: 'fashion', data: 'fashion-mnist-29k/train-images-idx3-ubyte.gz', pictures: [] },
  { name: 'cifar', data: 'cifar10-subset/train_1500.bin.gz', pictures: [] },
  { name: 'denoise', data: 'mnist/train-images-idx3-ubyte.gz', pictures: ['denoise.png'] },
  { name: 'dcgan', data: 'mnist/train-images-idx3-ubyte.gz', pictures: ['dcgan.png'] },
];

const built = existsSync(at('../dist/index.js'));
if (!built) console.warn('The examples are not tested: there is no dist/. Run npm run build.');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fourlane-examples-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs a file of examples/ in the temporary folder, and says how it ended and what it wrote. */
async function run(file: string, data = dataFolder, ...args: string[]) {
  const env = { ...process.env, FOURLANE_DATA: data };
  const [code, text] = await new Promise<[unknown, string]>((done) => {
    execFile(
      process.execPath,
      [at(`../examples/${file}.js`), ...args],
      { cwd: folder, env },
      (error, stdout, stderr) => done([error ? error.code : 0, stdout + stderr]),
    );
  });
  const lines = text.trimEnd().split('\n');
  return { code, text, lines, last: lines.at(-1)!, written: (await readdir(folder)).sort() };
}

async function expectPictures(names: readonly string[]) {
  expect((await readdir(join(folder, 'output'))).sort()).toEqual([...names].sort());
  for (const name of names) {
    if (name.endsWith('.png')) {
      const { width, height } = decode(await readFile(join(folder, 'output', name)));
      expect(Math.min(width, height)).toBeGreaterThan(100);
      continue;
    }
    const svg = await readFile(join(folder, 'output', name), 'utf8');
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg.trimEnd()).toMatch(/<\/svg>$/);
    expect(unclosedTags(svg)).toEqual([]);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  }
}

/** Grey pictures of these sizes, none of which is of one shade. */
async function expectImages(sizes: Readonly<Record<string, readonly [width: number, height: number]>>) {
  expect((await readdir(join(folder, 'output'))).sort()).toEqual(Object.keys(sizes).sort());
  for (const [name, [width, height]] of Object.entries(sizes)) {
    const picture = decode(await readFile(join(folder, 'output', name)));
    expect(picture).toMatchObject({ width, height, channels: 1, depth: 8 });
    expect(new Set(picture.data).size).toBeGreaterThan(32);
  }
}

/** The tags of an XML text that are open where they should be closed. */
function unclosedTags(xml: string): string[] {
  const open: string[] = [];
  for (const [, end, name, self] of xml.matchAll(/<(\/?)([a-zA-Z]+)(?:"[^"]*"|[^">])*?(\/?)>/g)) {
    if (!end && !self) open.push(name);
    else if (end && open.pop() !== name) return [name];
  }
  return open;
}

describe.skipIf(!built)(`examples${built ? '' : ' (skipped: no dist/, run npm run build)'}`, () => {
  it('digits reaches 97 % and writes nothing but its pictures', async () => {
    const { code, text, last, written } = await run('digits');
    expect(text).toContain('precision    recall');
    expect(text).toContain('true \\ predicted');
    expect(Number(/^digits: test accuracy ([\d.]+) %/.exec(last)?.[1])).toBeGreaterThanOrEqual(97);
    expect(last).toContain('seed 5');
    expect(code).toBe(0);
    expect(written).toEqual(['output']);
    await expectPictures(['digits-curves.svg', 'digits-confusion.svg']);
  });

  it('gan draws digits that a classifier reads, and pictures of them', { timeout: 120_000 }, async () => {
    const { code, last, written } = await run('gan');
    expect(Number(/^gan: ([\d.]+) % of 1000 drawn digits/.exec(last)?.[1])).toBeGreaterThanOrEqual(90);
    expect(code).toBe(0);
    expect(written).toEqual(['output']);
    // Ten digits of 48 pixels with gaps of 6: ten times, and once for each row of the training.
    await expectImages({ 'gan-digits.png': [534, 534], 'gan-training.png': [534, 426] });
  });

  it('autoencoder takes three quarters of the noise away', async () => {
    const { code, last, written } = await run('autoencoder');
    const [, before, after] = /mean squared error ([\d.]+) with noise, ([\d.]+) without/.exec(last) ?? [];
    expect(Number(after)).toBeLessThanOrEqual(Number(before) / 4);
    expect(code).toBe(0);
    expect(written).toEqual(['output']);
    await expectImages({ 'autoencoder.png': [642, 156] });
  });

  it('linear-regression finds the parameters that the data were made with', async () => {
    const { code, text, last, written } = await run('linear-regression');
    expect(text).toMatch(/^Epoch 1\/50 - 25 iterations of batch size 32 - /);
    const [, error, fromExact] = /^linear-regression: parameters within ([\d.]+) .* within ([\d.]+) of/.exec(
      last,
    )!;
    expect(Number(error)).toBeLessThan(0.02);
    expect(Number(fromExact)).toBeLessThan(0.01);
    expect(code).toBe(0);
    expect(written).toEqual([]);
  });

  it.each(LARGER)('$name is passed over without its data', async ({ name, data }) => {
    const { code, lines, written } = await run(name, join(folder, 'nowhere'));
    expect(code).toBe(0);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(new RegExp(`^${name}: passed over, .*FOURLANE_DATA.* ${data}\\.$`));
    expect(written).toEqual([]);
  });

  it('the runner sums up', async () => {
    const { code, lines } = await run('run', join(folder, 'nowhere'), 'boston', 'imdb');
    expect(code).toBe(0);
    expect(lines.at(-2)).toMatch(/^no data {6}boston: passed over, /);
    expect(lines.at(-1)).toMatch(/^no data {6}imdb: passed over, /);
  });

  it('the runner knows its examples', async () => {
    const { code, text } = await run('run', dataFolder, 'mnits');
    expect(code).toBe(1);
    expect(text).toContain("There is no example 'mnits', only linear-regression, digits, ");
  });

  for (const { name, data, pictures } of LARGER) {
    const reason = !existsSync(join(dataFolder, data))
      ? ` (skipped: no ${data} in FOURLANE_DATA)`
      : process.env.FOURLANE_EXAMPLES !== '1'
        ? ' (skipped: set FOURLANE_EXAMPLES=1)'
        : '';
    it.skipIf(reason !== '')(
      `${name} reaches its target${reason}`,
      async () => {
        const { code, last, written } = await run(name);
        expect(last).toMatch(new RegExp(`^${name}: .*needs`));
        expect(code).toBe(0);
        expect(written).toEqual(pictures.length > 0 ? ['output'] : []);
        if (pictures.length > 0) await expectPictures(pictures);
      },
      300_000,
    );
  }
});
