/**
 * Training runs whose weights and predictions must be the same to the last bit on every engine: every row of every
 * table of the package, dense, sparse and byte inputs, models saved and loaded, on the embedded digits. Every part
 * begins with the same seed, so that none depends on those before it.
 */
import { checkTables, LAYERS, made, rows } from './tables.js';

/** The hash that the scenario ends with. It changes with the arithmetic and with the tables, never with the platform. */
export const goldenHash = 'a889fd70';

/** The hashes that `threadScenario` ends with, by the number of threads. */
export const threadHashes = { 1: 'f01a2ce3', 2: '65c5bceb' };

const SEED = 2026;

/** FNV-1a (Fowler, Noll, Vo) over the bytes of all tensors, in hexadecimal. */
export function hashOf(tensors) {
  let hash = 0x811c9dc5;
  for (const { data } of tensors) {
    for (const byte of bytesOf(data)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash.toString(16).padStart(8, '0');
}

/**
 * Runs everything with the packages given; without `infer` the models are not loaded for inference.
 *
 * @returns the hash of the whole, and of each part by its name.
 * @throws Error that names the part which failed.
 */
export function scenario(fl, { digits }, infer) {
  checkTables(fl);
  const kit = { fl, infer, ...digits() };
  const parts = [];
  for (const name of rows(fl.layers)) {
    for (const [i, row] of [LAYERS[name]].flat().entries()) {
      parts.push([`layers.${name}${i ? ` ${i + 1}` : ''}`, () => trainLayer(kit, name, row)]);
    }
  }
  for (const [name, optimizer] of made(fl, 'optimizers')) {
    parts.push([`optimizers.${name}`, () => trainOptimizer(kit, optimizer)]);
  }
  for (const [name, loss] of made(fl, 'losses')) {
    parts.push([`losses.${name}`, () => trainLoss(kit, loss, false)]);
    parts.push([`losses.${name} of probabilities`, () => trainLoss(kit, loss, true)]);
  }
  for (const [name, schedule] of made(fl, 'schedules')) {
    parts.push([`schedules.${name}`, () => trainSchedule(kit, schedule)]);
  }
  parts.push(['images', () => trainImages(kit, { epochs: 2 })]);
  parts.push(['sparse inputs', () => trainSparse(kit, [16], { epochs: 2 })]);
  parts.push(['loops', () => trainInTurns(kit)]);
  parts.push(['batches', () => trainBatches(kit)]);
  parts.push(['errors', () => raiseErrors(kit)]);
  return runAll(fl, parts);
}

/** As `scenario`, for threads: batches large enough to be shared out among them. */
export function threadScenario(fl, { digits }, infer) {
  const kit = { fl, infer, ...digits() };
  const parts = made(fl, 'optimizers').map(([name, optimizer]) => [
    `optimizers.${name}`,
    () => trainOptimizer(kit, optimizer),
  ]);
  parts.push(['images', () => trainImages(kit, { epochs: 2, batchSize: 150 })]);
  parts.push(['sparse inputs', () => trainSparse(kit, [32, 256], { epochs: 2, batchSize: 150 })]);
  return runAll(fl, parts);
}

async function runAll(fl, parts) {
  const hashes = {};
  for (const [name, part] of parts) {
    fl.setSeed(SEED);
    try {
      hashes[name] = await part();
    } catch (cause) {
      throw new Error(`${name}: ${cause?.message ?? cause}`, { cause });
    }
  }
  const text = Object.entries(hashes).map(([name, hash]) => `${name} ${hash}\n`);
  return { hash: hashOf([{ data: new TextEncoder().encode(text.join('')) }]), parts: hashes };
}

/** The layer between a dense layer for each of its inputs and a classifier, so that gradients go through it. */
async function trainLayer({ fl, infer, x, y }, name, row) {
  const { options, shape = [8, 8], inputs = 1, raw = false, steps = false, functions = {} } = row;
  for (const [known, fn] of Object.entries(functions)) fl.register(known, fn);
  const { input, dense, flatten } = fl.layers;
  const pixels = input({ shape }).output;
  const sources = Array.from({ length: inputs }, () =>
    raw ? pixels : dense({ units: shape.at(-1) })(pixels),
  );
  const through = name === 'input' ? sources[0] : fl.layers[name](options)(inputs > 1 ? sources : sources[0]);
  const outputs = dense({ units: 10, activation: 'softmax' })(steps ? through : flatten()(through));
  const model = fl.model({ inputs: pixels, outputs });
  model.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
  const n = 50;
  const images = fl.tensor(x.data.slice(0, n * 64), [n, ...shape], { scale: raw ? 1 : 1 / 16 });
  const each = outputs.sampleShape.slice(0, -1);
  const rows = each.reduce((all, size) => all * size, 1);
  const labels = Int32Array.from({ length: n * rows }, (_, i) => y.data[Math.floor(i / rows)]);
  await model.fit(images, fl.tensor(labels, [n, ...each]), { epochs: 2, batchSize: 32, verbose: 0 });
  return finish({ fl, infer }, model, images);
}

/** All activations, initializers, regularizers and constraints side by side, dropout, metrics and callbacks, on all digits. */
async function trainOptimizer({ fl, infer, x, y }, optimizer) {
  const { rescaling, dense, concatenate, dropout } = fl.layers;
  const pixels = fl.input({ shape: [64] });
  const scaled = rescaling({ scale: 1 / 16 })(pixels);
  const cases = [
    ...rows(fl.activations).map((activation) => ({ activation })),
    ...made(fl, 'activations').map(([, activation]) => ({ activation })),
    ...made(fl, 'initializers').map(([, kernelInitializer]) => ({ kernelInitializer })),
    ...made(fl, 'regularizers').map(([, kernelRegularizer]) => ({ kernelRegularizer })),
    ...made(fl, 'constraints').map(([, kernelConstraint]) => ({ kernelConstraint })),
  ];
  const branches = cases.map((options) => dense({ units: 6, ...options })(scaled));
  const joined = dropout({ rate: 0.2 })(concatenate()(branches));
  const model = fl.model({ inputs: pixels, outputs: dense({ units: 10, activation: 'softmax' })(joined) });
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  const callbacks = made(fl, 'callbacks').map(([, callback]) => callback);
  await model.fit(x, y, { epochs: 2, batchSize: 100, validationSplit: 0.1, callbacks, verbose: 0 });
  return finish({ fl, infer }, model, x);
}

/** A small classifier whose learning rate follows the schedule. */
async function trainSchedule({ fl, infer, x, y }, learningRate) {
  const model = fl.sequential([
    fl.layers.rescaling({ scale: 1 / 16, inputShape: [64] }),
    fl.layers.dense({ units: 10, activation: 'softmax' }),
  ]);
  const optimizer = fl.optimizers.sgd({ learningRate });
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy' });
  const n = 200;
  const images = fl.tensor(x.data.slice(0, n * 64), [n, 64]);
  await model.fit(images, y.data.slice(0, n), { epochs: 2, batchSize: 32, verbose: 0 });
  return finish({ fl, infer }, model, images);
}

/** A small classifier on batches of differing sizes from a shuffled data set, with an epoch that goes on in the next. */
async function trainBatches({ fl, infer, x, y }) {
  const model = fl.sequential([
    fl.layers.rescaling({ scale: 1 / 16, inputShape: [64] }),
    fl.layers.dense({ units: 10, activation: 'softmax' }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
  const rows = fl.Dataset.from(x, y).shuffle(500).prefetch(4);
  const data = rows.take(900).batch(100).concatenate(rows.skip(900).batch(128)).repeat();
  const validationData = fl.Dataset.from(x, y)
    .filter(([, digit]) => digit.data[0] > 4)
    .batch(300);
  await model.fit(data, { epochs: 2, stepsPerEpoch: 12, validationData, verbose: 0 });
  return finish({ fl, infer }, model, x);
}

/** The loss and every metric for its kind of targets; `indirect` keeps it from reading what stands before softmax. */
async function trainLoss({ fl, infer, x, y }, loss, indirect) {
  const { dense, rescaling } = fl.layers;
  const model = fl.sequential([
    rescaling({ scale: 1 / 16, inputShape: [64] }),
    dense({ units: 12, activation: 'relu' }),
    dense({ units: 10, activation: loss.activation ?? 'sigmoid' }),
    ...(indirect ? [rescaling({ scale: 0.5, offset: 0.05 })] : []),
  ]);
  const metrics = made(fl, 'metrics').map(([, metric]) => metric);
  model.compile({ optimizer: 'sgd', loss, metrics: metrics.filter(({ target }) => target === loss.target) });
  const n = 200;
  const images = fl.tensor(x.data.slice(0, n * 64), [n, 64]);
  // Without a 0, by which an error in percent would be divided.
  const smooth = Float32Array.from({ length: n * 10 }, (_, i) =>
    y.data[Math.floor(i / 10)] === i % 10 ? 0.82 : 0.02,
  );
  const targets = { labels: y.data.slice(0, n), values: fl.tensor(smooth, [n, 10]) }[loss.target];
  if (!targets) throw new Error(`the scenario has no targets of the kind '${loss.target}'`);
  await model.fit(images, targets, { batchSize: 32, verbose: 0 });
  const logs = await model.evaluate(images, targets);
  checkFinite('evaluate', Object.values(logs));
  return finish({ fl, infer }, model, images);
}

/** Convolutions that fuse with the pooling behind them, of one channel and of several, and one that does not. */
async function trainImages({ fl, infer, x, y }, options) {
  const { conv2D, maxPooling2D, flatten, dropout, dense } = fl.layers;
  const model = fl.sequential([
    conv2D({ filters: 10, kernelSize: 3, padding: 'same', activation: 'relu', inputShape: [8, 8, 1] }),
    maxPooling2D(),
    conv2D({ filters: 16, kernelSize: 3, padding: 'same', activation: 'relu' }),
    maxPooling2D(),
    conv2D({ filters: 9, kernelSize: 3, padding: 'same', activation: 'relu' }),
    flatten(),
    dropout({ rate: 0.25 }),
    dense({ units: 10, activation: 'softmax' }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
  const n = 500;
  const images = fl.tensor(x.data.slice(0, n * 64), [n, 8, 8, 1], { scale: 1 / 16 });
  await model.fit(images, y.data.slice(0, n), { ...options, verbose: 0 });
  return finish({ fl, infer }, model, images);
}

/** A sparse matrix of ones where a pixel is dark. */
async function trainSparse({ fl, infer, x, y }, hidden, options) {
  const model = fl.sequential([
    fl.layers.input({ shape: [64] }),
    ...hidden.map((units) => fl.layers.dense({ units, activation: 'relu' })),
    fl.layers.dense({ units: 1, activation: 'sigmoid' }),
  ]);
  model.compile({ optimizer: 'rmsprop', loss: 'binaryCrossentropy' });
  const columns = Array.from({ length: 64 }, (_, j) => j);
  const dark = Array.from({ length: 500 }, (_, i) => columns.filter((j) => x.data[i * 64 + j] > 8));
  const images = fl.SparseMatrix.fromRows(dark, 64);
  const odd = Float32Array.from(y.data.slice(0, 500), (label) => label % 2);
  await model.fit(images, odd, { ...options, verbose: 0 });
  return finish({ fl, infer }, model, images);
}

/** Two models trained in turns on what one makes of noise, and the gradients of it. */
async function trainInTurns({ fl, infer, x }) {
  const { batchNormalization, dense, dropout } = fl.layers;
  const first = [dense({ units: 24, activation: 'relu', inputShape: [8] }), batchNormalization()];
  const generator = fl.sequential([...first, dense({ units: 64, activation: 'sigmoid' })]);
  const hidden = dense({ units: 24, activation: 'tanh', inputShape: [64], kernelRegularizer: 'l2' });
  const discriminator = fl.sequential([hidden, dropout({ rate: 0.25 }), dense({ units: 1 })]);
  const loss = fl.losses.binaryCrossentropy({ fromLogits: true });
  const judged = (b, image, target) => b.loss(loss, b.call(discriminator, image), target);
  const steps = [
    fl.trainStep({
      inputs: { image: [64], noise: [8] },
      loss: (b, { image, noise }) => ({
        real: judged(b, image, 1),
        made: judged(b, b.call(generator, noise), 0),
      }),
      parameters: discriminator,
      optimizer: 'adam',
    }),
    fl.trainStep({
      inputs: { noise: [8] },
      loss: (b, { noise }) => judged(b, b.call(generator, noise), 1),
      parameters: generator,
      optimizer: 'adam',
    }),
  ];
  for (let i = 0; i < 20; i++) {
    const image = fl.tensor(x.data.slice(i * 2048, (i + 1) * 2048), [32, 64], { scale: 1 / 16 });
    const logs = [steps[0]({ image, noise: fl.randomNormal([32, 8]) })];
    logs.push(steps[1]({ noise: fl.randomUniform([32, 8], { minval: -1 }) }));
    for (const one of logs) checkFinite('a loss', Object.values(one));
  }
  const noise = fl.randomNormal([32, 8], { seed: 3 });
  const gradients = fl.gradients({
    inputs: { noise: [8] },
    loss: (b, { noise }) => judged(b, b.call(generator, noise), 1),
    parameters: [generator, discriminator],
    inputGradients: ['noise'],
  })({ noise });
  const learnt = finish({ fl, infer }, generator, noise) + finish({ fl, infer }, discriminator, x);
  return learnt + hashOf([...gradients.parameters, gradients.inputs.noise]);
}

/** What users get wrong most: a name, a label that is no class, a file that is not what it says. */
async function raiseErrors({ fl, infer, x, y }) {
  const model = fl.sequential([fl.layers.dense({ units: 9, activation: 'softmax', inputShape: [64] })]);
  model.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
  const before = hashOf(model.getWeights());
  const damaged = model.save().fill(0x3c, 0, 16);
  await raises(fl, 'unknown-identifier', () => fl.layers.dense({ units: 3, activation: 'rellu' }));
  await raises(fl, 'label-range', () => model.fit(x, y, { verbose: 0 }));
  await raises(fl, 'not-safetensors', () => fl.load(damaged));
  if (infer) await raises(fl, 'not-safetensors', () => infer.load(damaged));
  if (hashOf(model.getWeights()) !== before) throw new Error('data that were refused have changed the model');
  return before;
}

async function raises(fl, code, action) {
  let got = 'nothing was raised';
  try {
    await action();
  } catch (error) {
    if (error instanceof fl.FourlaneError && error.code === code) return;
    got = `${error?.name} '${error?.code}': ${error?.message}`;
  }
  throw new Error(`expected the error '${code}', but ${got}`);
}

/** The hash of what the model has learnt and says, once its copies from a file say the same to the last bit. */
function finish({ fl, infer }, model, x) {
  const weights = model.getWeights();
  const said = model.predict(x);
  for (const { data } of [...weights, said]) checkFinite('the model', data);
  const file = model.save();
  const loaded = fl.load(file);
  checkSame('the weights that fl.load gives', loaded.getWeights(), weights);
  checkSame('predictions after fl.load', [loaded.predict(x)], [said]);
  if (infer) checkSame('predictions of fourlane/infer', [infer.load(file).predict(x)], [said]);
  return hashOf([...weights, said]);
}

function checkFinite(what, values) {
  for (const value of values) if (!Number.isFinite(value)) throw new Error(`${what} holds ${value}`);
}

function checkSame(what, actual, expected) {
  if (actual.length !== expected.length) throw new Error(`${what}: ${actual.length} of ${expected.length}`);
  actual.forEach(({ data }, i) => {
    const [bytes, others] = [bytesOf(data), bytesOf(expected[i].data)];
    if (bytes.length === others.length && bytes.every((byte, j) => byte === others[j])) return;
    throw new Error(`${what} differ`);
  });
}

function bytesOf({ buffer, byteOffset, byteLength }) {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
