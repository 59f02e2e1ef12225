import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { digits } from 'fourlane/datasets';
import { load } from 'fourlane/infer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTool, node, notBuilt, root, temporaryFolder } from './published.js';

const { missing } = findTool('miniflare', 'examples/edge');
const skipped = notBuilt || missing;

/** The scripts of examples/edge/, which are JavaScript. */
const script = (name: string) => import(join(root, 'examples/edge', name));
interface Running {
  readonly url: URL;
  stop(): Promise<void>;
}

const { x, y } = digits();
const image = (i: number) => [...x.data.subarray(i * 64, i * 64 + 64)];
const labels = [...y.data];
/** Moved by a pixel to the right: what the model has not learnt to read. */
const moved = (i: number) => image(i).map((_, at, pixels) => (at % 8 ? pixels[at - 1] : 0));
const samples = {
  images: Array.from({ length: 100 }, (_, i) => moved(i)),
  labels: labels.slice(0, 100),
};

describe.skipIf(skipped)(`the Workers of examples/edge in workerd${skipped}`, () => {
  const folder = temporaryFolder();
  const running = new Map<string, Running>();
  beforeAll(async () => {
    const model = join(folder, 'digits.safetensors');
    node(root, 'examples/edge/model.mjs', model);
    const [{ bundleWorker }, { startWorker }] = await Promise.all([
      script('bundle.mjs'),
      script('start.mjs'),
    ]);
    for (const name of ['serve', 'finetune']) {
      running.set(name, await startWorker(await bundleWorker(name, model)));
    }
  });
  afterAll(async () => {
    for (const worker of running.values()) await worker.stop();
    rmSync(folder, { recursive: true });
  });

  const send = (worker: string, options: RequestInit, query = '') =>
    fetch(new URL(query, running.get(worker)!.url), options);
  const post = (worker: string, body: unknown, query = '') =>
    send(
      worker,
      { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
      query,
    );
  const errorOf = async (response: Response) => ({ status: response.status, ...(await response.json()) });

  it('serve reads a digit', async () => {
    const response = await post('serve', { pixels: image(0) });
    expect(response.status).toBe(200);
    const { digit, probabilities } = await response.json();
    expect(digit).toBe(labels[0]);
    expect(probabilities).toHaveLength(10);
    expect(probabilities[digit]).toBe(Math.max(...probabilities));
    expect(probabilities.reduce((sum: number, p: number) => sum + p)).toBeCloseTo(1, 5);
  });

  it('serve says what is wrong with the pixels', async () => {
    expect(await errorOf(await post('serve', { pixels: image(0).slice(1) }))).toEqual({
      status: 400,
      code: 'data-shape',
      error: "x for 'input 1' must have the shape [batch, 64], but got [1, 63].",
    });
    for (const wrong of [17, -1, '3', null, [3], {}, true]) {
      const { status, error } = await errorOf(
        await post('serve', { pixels: [0, wrong, ...image(0).slice(2)] }),
      );
      expect([status, error]).toEqual([400, 'pixels[1] is no number from 0 to 16.']);
    }
    for (const body of [
      null,
      1,
      'text',
      [],
      {},
      { pixels: 'text' },
      { pixels: { shape: [1, 64], data: [] } },
    ]) {
      expect((await post('serve', body)).status).toBe(400);
    }
  });

  it('serve refuses other requests', async () => {
    const get = await send('serve', {});
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await send('serve', { method: 'POST', body: '{}' })).status).toBe(415);
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    expect((await send('serve', { method: 'POST', headers, body: '{"pixels":' })).status).toBe(400);
    expect((await send('serve', { method: 'POST', headers, body: ' '.repeat(5000) })).status).toBe(413);
  });

  it('finetune learns from the samples, and each request begins anew', async () => {
    const first = await (await post('finetune', samples)).json();
    expect(first.samples).toBe(100);
    expect(first.before.accuracy).toBeLessThan(0.7);
    expect(first.after.accuracy).toBeGreaterThan(0.9);
    const right = first.predictions.filter((digit: number, i: number) => digit === samples.labels[i]).length;
    expect(right / 100).toBeCloseTo(first.after.accuracy, 6);
    expect(await (await post('finetune', samples)).json()).toEqual(first);
  });

  it('finetune gives the trained model as a file', async () => {
    const { predictions } = await (await post('finetune', samples)).json();
    const response = await post('finetune', samples, '?file');
    expect(response.headers.get('content-disposition')).toContain('digits.safetensors');
    const rows = load(await response.arrayBuffer())
      .predict(samples.images)
      .toArray() as number[][];
    expect(rows.map((row) => row.indexOf(Math.max(...row)))).toEqual(predictions);
  });

  it('finetune says what is wrong with the samples', async () => {
    const { images } = samples;
    expect(await errorOf(await post('finetune', { images: images.slice(0, 2), labels: [1, 10] }))).toEqual({
      status: 400,
      code: 'label-range',
      error: expect.stringContaining('holds 10 at row 1, which is no class'),
    });
    const lengths = await errorOf(await post('finetune', { images, labels: [1] }));
    expect([lengths.status, lengths.code]).toEqual([400, 'data-length']);
    for (const body of [{}, { images: [], labels: [] }, { images: images.slice(0, 1), labels: ['1'] }]) {
      expect((await post('finetune', body)).status).toBe(400);
    }
    const many = Array(257).fill(images[0]);
    const { status, error } = await errorOf(
      await post('finetune', { images: many, labels: Array(257).fill(1) }),
    );
    expect([status, error]).toEqual([400, expect.stringContaining('257 images are too many')]);
  });
});
