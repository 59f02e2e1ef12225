// Runs both Workers in workerd, shows what they answer, and measures them: npm ci && npm start.
import { fileURLToPath } from 'node:url';
import { bundleWorker } from './bundle.mjs';
import { measure, method } from './measure.mjs';
import { makeModel } from './model.mjs';
import { post, startWorker } from './start.mjs';

/** A Worker that does nothing: what of the figures is not Fourlane's. */
const EMPTY = [
  { type: 'ESModule', path: 'worker.js', contents: 'export default { fetch: () => Response.json(1) }' },
];

const file = fileURLToPath(new URL('output/digits.safetensors', import.meta.url));
const { images, labels } = await makeModel(file);
// Somebody who writes further to the right than the people the model has learnt from.
const moved = images.map((image) => image.map((_, i) => (i % 8 ? image[i - 1] : 0)));
const samples = { images: moved.slice(0, 100), labels: labels.slice(0, 100) };
const serve = await bundleWorker('serve', file);
const finetune = await bundleWorker('finetune', file);

await running(serve, async (url) => {
  const { digit, probabilities } = await (await post(url, { pixels: images[0] })).json();
  const probability = probabilities[digit].toFixed(3);
  console.log(`\nserve: an image of a ${labels[0]} is read as ${digit}, probability ${probability}`);
  const refused = await post(url, { pixels: [1, 2, 3] });
  console.log(`serve: three pixels: ${refused.status} ${await refused.text()}`);
});
const learnt = await running(finetune, async (url) => {
  const { before, after, steps } = await (await post(url, samples)).json();
  const [was, is] = [percent(before.accuracy), percent(after.accuracy)];
  console.log(`finetune: accuracy on 100 moved images ${was}, after ${steps} steps ${is}`);
  return new Uint8Array(await (await post(`${url}?file`, samples)).arrayBuffer());
});
// What ?file answers is a model like any other: the first Worker can serve it.
const withLearnt = serve.map((part) => (part.type === 'Data' ? { ...part, contents: learnt } : part));
const [was, is] = [await running(serve, accuracyOnTheRest), await running(withLearnt, accuracyOnTheRest)];
console.log(`serve: ${moved.length - 100} other moved images: ${was}, with the model from finetune ${is}`);

console.log(`\n${method}`);
console.log(await measure({ name: 'empty', modules: EMPTY, body: {} }));
console.log(await measure({ name: 'serve', modules: serve, body: { pixels: images[0] } }));
console.log(await measure({ name: 'finetune', modules: finetune, body: samples }));

/** Runs the modules as long as `use` takes, which gets their address. */
async function running(modules, use) {
  const { url, stop } = await startWorker(modules);
  try {
    return await use(url);
  } finally {
    await stop();
  }
}

async function accuracyOnTheRest(url) {
  let right = 0;
  for (let i = 100; i < moved.length; i++) {
    const { digit } = await (await post(url, { pixels: moved[i] })).json();
    if (digit === labels[i]) right++;
  }
  return percent(right / (moved.length - 100));
}

function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}
