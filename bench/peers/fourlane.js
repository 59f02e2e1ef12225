// By path: the package's own name does not reach across bench/package.json.
import * as fl from '../../dist/index.js';

/** This library through its public interface; its kernels are called directly (fourlaneKernels.js). */
export async function open(work) {
  const kernels = (name) => async (row) => (await import('./fourlaneKernels.js'))[name](row, work);
  let opened;
  return {
    version: fl.runtime().version,
    formulas: { adam: 'keras', rmsprop: 'keras' },
    async gemm(row, a, b) {
      return (await import('./fourlaneKernels.js')).gemm(row, a, b, work);
    },
    async convolution(row, a, b) {
      return (await import('./fourlaneKernels.js')).convolution(row, a, b, work);
    },
    kernels: Object.fromEntries(
      ['softmax', 'sigmoid', 'tanh', 'gelu', 'adam'].map((name) => [name, kernels(name)]),
    ),
    peak() {
      opened ??= openPeakOf(work);
      return opened;
    },
    usedBytes: () => fl.runtime().usedBytes,
    predict,
    train,
  };
}

/** Once for all rows: engines that compile step by step need it warm. */
async function openPeakOf(work) {
  const { openPeak } = await import('../measure/peak.js');
  return openPeak(await work.bytes('peak.wasm'));
}

/** The factories whose names are not those of TensorFlow.js. */
const factories = { conv2d: fl.layers.conv2D, maxPooling2d: fl.layers.maxPooling2D };

function build(model, weights, plain) {
  const layers = model.layers
    .filter(({ kind }) => !(plain && kind === 'dropout'))
    .map(({ kind, ...options }, i) => {
      const make = factories[kind] ?? fl.layers[kind];
      return make(i === 0 ? { ...options, inputShape: [model.inputs] } : options);
    });
  const built = fl.sequential({ layers });
  built.setWeights(weights);
  return built;
}

/** Arrays in, array out: what a call makes of its arguments is part of it. */
function predict(model, weights, { form, rows }) {
  const built = build(model, weights, true);
  const input =
    form === 'csr'
      ? ({ indptr, indices }) => new fl.SparseMatrix({ shape: [rows, model.inputs], indptr, indices })
      : ({ x }) => x;
  return { call: (samples) => built.predict(input(samples), { batchSize: rows }).data };
}

/** `fit` with its history and its progress, which goes to wherever the console leads. */
function train(model, weights, samples, { form, batchSize, plain }) {
  const { rows, x: values, y: targets } = samples;
  const { indptr, indices } = samples;
  const x =
    form === 'csr'
      ? new fl.SparseMatrix({ shape: [rows, model.inputs], indptr, indices })
      : fl.tensor(values, [rows, model.inputs]);
  const y = fl.tensor(targets, [rows, targets.length / rows]);
  const built = build(model, weights, plain);
  built.compile({ optimizer: model.optimizer, loss: model.loss });
  return {
    async train(epochs) {
      const ended = [];
      const onEpochEnd = (_epoch, { loss }) => {
        ended.push({ end: performance.now(), loss });
      };
      const callbacks = [fl.callbacks.lambdaCallback({ onEpochEnd })];
      await built.fit(x, y, { epochs, batchSize, shuffle: !plain, callbacks });
      return ended;
    },
    close: () => built.dispose(),
  };
}
