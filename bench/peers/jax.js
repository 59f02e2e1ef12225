import * as jax from '@jax-js/jax';
import { layersOf, weightedLayers, weightShapes } from '../work/models.js';
import { uniform } from '../work/random.js';
import { versionOf } from './packages.js';

const { jit, lax, nn, numpy: np, random, tree, valueAndGrad } = jax;

/**
 * jax-js on its Wasm backend. It has no layers, no optimizers and no loop: those are written here, one jitted function
 * a step. Arrays are consumed by what uses them; `.ref` keeps one for another use.
 */
export async function open(work) {
  await jax.init('wasm');
  jax.defaultDevice('wasm');
  return {
    version: versionOf('@jax-js/jax'),
    formulas: { adam: 'keras', rmsprop: 'keras' },
    gemm,
    kernels: {
      softmax: ({ rows, columns }) => unary(work, [rows, columns], (x) => nn.softmax(x)),
      sigmoid: ({ length }) => unary(work, [length], (x) => nn.sigmoid(x)),
      tanh: ({ length }) => unary(work, [length], (x) => np.tanh(x)),
      gelu: ({ length }) => unary(work, [length], (x) => nn.gelu(x, { approximate: false })),
      adam: (row) => adamTask(row, work),
    },
    predict,
    train,
  };
}

/** Runs a jitted function on kept arrays, to the end, and keeps its last result. */
function task(operation, inputs) {
  const compiled = jit(operation);
  let last;
  return {
    async run() {
      last?.dispose();
      last = compiled(...inputs.map((input) => input.ref));
      await last.blockUntilReady();
    },
    result: () => last.ref.data(),
    close() {
      last?.dispose();
      tree.dispose(inputs);
      compiled.dispose();
    },
  };
}

function gemm({ form, m, k, n }, aValues, bValues) {
  const [aTransposed, bTransposed] = [form[0] === 'T', form[1] === 'T'];
  const a = np.array(aValues, { shape: aTransposed ? [k, m] : [m, k] });
  const b = np.array(bValues, { shape: bTransposed ? [n, k] : [k, n] });
  const orient = (x, transposed) => (transposed ? np.transpose(x) : x);
  return task((a, b) => np.matmul(orient(a, aTransposed), orient(b, bTransposed)), [a, b]);
}

function unary(work, shape, operation) {
  const length = shape.reduce((a, b) => a * b);
  return task(operation, [np.array(work.noise('x', length), { shape })]);
}

const EPSILON = 1e-7;

/** The hyper-parameter that changes from step to step, and the update of one weight with its slots, as Keras has it. */
const optimizers = {
  adam: {
    slots: 2,
    rate: (t) => (0.001 * Math.sqrt(1 - 0.999 ** t)) / (1 - 0.9 ** t),
    update(w, g, [m, v], rate) {
      const m1 = m.mul(0.9).add(g.ref.mul(0.1));
      const v1 = v.mul(0.999).add(np.square(g).mul(0.001));
      const w1 = w.sub(m1.ref.mul(rate).div(np.sqrt(v1.ref).add(EPSILON)));
      return [w1, [m1, v1]];
    },
  },
  rmsprop: {
    slots: 1,
    rate: () => 0.001,
    update(w, g, [v], rate) {
      const v1 = v.mul(0.9).add(np.square(g.ref).mul(0.1));
      const w1 = w.sub(g.mul(rate).div(np.sqrt(v1.ref.add(EPSILON))));
      return [w1, [v1]];
    },
  },
};

/** A scalar that is an argument, not a constant: a constant would be compiled anew each time. */
const scalar = (value) => np.array(new Float32Array([value]), { shape: [] });

function adamTask({ length }, work) {
  const { rate, update } = optimizers.adam;
  const compiled = jit((w, g, m, v, rate) => update(w, g, [m, v], rate));
  const shape = [length];
  let w = np.array(work.noise('a', length), { shape });
  let g = np.array(work.noise('b', length), { shape });
  let slots = [np.zeros(shape), np.zeros(shape)];
  let t = 0;
  return {
    async run() {
      [w, slots] = compiled(w, g.ref, ...slots, scalar(rate(++t)));
      await jax.blockUntilReady([w, slots]);
    },
    result: () => w.ref.data(),
    clearGradients() {
      g.dispose();
      g = np.zeros(shape);
    },
    close() {
      tree.dispose([w, g, slots]);
      compiled.dispose();
    },
  };
}

const activations = { linear: (x) => x, relu: nn.relu, sigmoid: nn.sigmoid, softmax: (x) => nn.softmax(x) };

/** What each kind of layer makes of its input before its activation; images have their channels first here. */
const kinds = {
  dense: (x, _layer, kernel, bias) => np.matmul(x, kernel).add(bias),
  conv2d: (x, { filters }, kernel, bias) =>
    lax
      .conv(x, np.transpose(kernel, [3, 2, 0, 1]), [1, 1], 'VALID')
      .add(np.reshape(bias, [1, filters, 1, 1])),
  reshape(x, { to: [height, width, channels] }) {
    const images = np.reshape(x, [x.shape[0], height, width, channels]);
    return np.transpose(images, [0, 3, 1, 2]);
  },
  flatten: (x, { to }) => np.reshape(np.transpose(x, [0, 2, 3, 1]), [x.shape[0], to[0]]),
  maxPooling2d: (x, { poolSize }) =>
    lax.reduceWindow(x, (window) => np.max(window), [1, 1, poolSize, poolSize], [1, 1, poolSize, poolSize]),
};

/** What stands before the last activation. `key` is for the dropout; without it there is none. */
function logits(model, params, x, key) {
  const layers = layersOf(model).filter(({ kind }) => key || kind !== 'dropout');
  let weight = 0;
  for (const [i, layer] of layers.entries()) {
    if (layer.kind === 'dropout') {
      const [own, rest] = np.unstack(random.split(key, 2));
      key = rest;
      x = np.where(random.bernoulli(own, 1 - layer.rate, x.shape), x.div(1 - layer.rate), 0);
      continue;
    }
    const own = layer.kernel ? [params[weight].ref, params[weight + 1].ref] : [];
    weight += own.length;
    x = kinds[layer.kind](x, layer, ...own);
    if (layer.kernel && i < layers.length - 1) x = activations[layer.activation](x);
  }
  key?.dispose();
  return x;
}

const losses = {
  sparseCategoricalCrossentropy(z, y) {
    const picked = nn.oneHot(y, z.shape[1]).mul(nn.logSoftmax(z));
    return np.mean(np.sum(picked, 1)).neg();
  },
  binaryCrossentropy: (z, y) =>
    np.mean(
      np
        .maximum(z.ref, 0)
        .sub(z.ref.mul(y))
        .add(np.log1p(np.exp(np.abs(z).neg()))),
    ),
  meanSquaredError: (z, y) => np.mean(np.square(z.sub(y))),
};

function denseOnly(form) {
  if (form !== 'dense') throw new Error('has no sparse arrays');
}

function makeParams(model, weights) {
  return weightShapes(model).map((shape, i) => np.array(weights[i], { shape }));
}

function predict(model, weights, { form, rows }) {
  denseOnly(form);
  const params = makeParams(model, weights);
  const { activation } = weightedLayers(model).at(-1);
  const compiled = jit((params, x) => {
    const y = activations[activation](logits(model, params, x));
    tree.dispose(params);
    return y;
  });
  return {
    call: ({ x }) => compiled(tree.ref(params), np.array(x, { shape: [rows, model.inputs] })).data(),
    close() {
      tree.dispose(params);
      compiled.dispose();
    },
  };
}

const steps = new Map();

/** The jitted step of a model; compiled once, however often it is trained anew. */
function stepOf(model, drops) {
  const key = JSON.stringify([model, drops]);
  if (!steps.has(key)) steps.set(key, makeStep(model, drops));
  return steps.get(key);
}

function makeStep(model, drops) {
  const { update } = optimizers[model.optimizer];
  const lossOf = (params, x, y, key) => {
    const loss = losses[model.loss](logits(model, params, x, drops ? key : undefined), y);
    if (!drops) key.dispose();
    tree.dispose(params);
    return loss;
  };
  return jit((params, slots, x, y, key, rate) => {
    const [loss, gradients] = valueAndGrad(lossOf)(tree.ref(params), x, y, key);
    const updated = params.map((w, i) => update(w, gradients[i], slots[i], rate.ref));
    rate.dispose();
    return [loss, updated.map(([w]) => w), updated.map(([, own]) => own)];
  });
}

function train(model, weights, { rows, x, y }, { form, batchSize, plain }) {
  denseOnly(form);
  const { slots: count, rate } = optimizers[model.optimizer];
  const drops = !plain && model.layers.some(({ kind }) => kind === 'dropout');
  const step = stepOf(model, drops);
  let params = makeParams(model, weights);
  let slots = params.map(({ shape }) => Array.from({ length: count }, () => np.zeros(shape)));
  const columns = y.length / rows;
  const labels = model.targets === 'labels';
  const targets = labels ? Int32Array.from(y) : y;
  const shuffled = uniform(1);
  let t = 0;

  const gather = (values, width, order) => {
    const batch = new values.constructor(order.length * width);
    order.forEach((row, i) => {
      batch.set(values.subarray(row * width, (row + 1) * width), i * width);
    });
    return batch;
  };
  const epoch = async () => {
    const order = Int32Array.from({ length: rows }, (_, i) => i);
    for (let i = rows - 1; i > 0 && !plain; i--) {
      const j = Math.floor(shuffled() * (i + 1));
      [order[i], order[j]] = [order[j], order[i]];
    }
    let total = 0;
    for (let start = 0; start < rows; start += batchSize) {
      const batch = order.subarray(start, start + batchSize);
      const xs = np.array(gather(x, model.inputs, batch), { shape: [batch.length, model.inputs] });
      const ys = np.array(gather(targets, columns, batch), {
        shape: labels ? [batch.length] : [batch.length, columns],
      });
      let loss;
      [loss, params, slots] = step(params, slots, xs, ys, random.key(++t), scalar(rate(t)));
      total += (await loss.data())[0] * batch.length;
    }
    return total / rows;
  };
  return {
    async train(epochs) {
      const ended = [];
      for (let i = 0; i < epochs; i++) {
        const loss = await epoch();
        await jax.blockUntilReady(params);
        ended.push({ end: performance.now(), loss });
      }
      return ended;
    },
    close: () => tree.dispose([params, slots]),
  };
}
