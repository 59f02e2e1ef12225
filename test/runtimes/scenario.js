/**
 * One training run whose weights must be the same to the last bit on every engine: all activations, several
 * optimizers, dropout, dense and sparse inputs, on the embedded digits.
 */

/** The hash of the weights that the scenario leaves. It changes only with the arithmetic, never with the platform. */
export const goldenHash = 'a699bfd3';

/** FNV-1a (Fowler, Noll, Vo) over the bytes of all weights, in hexadecimal. */
export function hashOf(weights) {
  let hash = 0x811c9dc5;
  for (const { data } of weights) {
    for (const byte of new Uint8Array(data.buffer, data.byteOffset, data.byteLength)) {
      hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
    }
  }
  return hash.toString(16).padStart(8, '0');
}

const ACTIVATIONS = [
  ...['linear', 'relu', 'sigmoid', 'tanh', 'softmax', 'softplus', 'elu', 'selu', 'gelu', 'silu'],
  ...['leakyRelu', 'exponential', 'hardSigmoid'],
];
const OPTIMIZERS = [
  ['sgd', { momentum: 0.9, nesterov: true, clipvalue: 0.5 }],
  ['rmsprop', { weightDecay: 0.01 }],
  ['adam', { globalClipnorm: 1 }],
  ['adagrad', { clipnorm: 1 }],
];

/** Trains the models of the scenario with the package given and returns the hash of all their weights. */
export async function scenario(fl, { digits }) {
  fl.setSeed(2026);
  const { x, y } = digits();
  const weights = [];
  for (const [name, options] of OPTIMIZERS) {
    const pixels = fl.input({ shape: [64] });
    const scaled = fl.layers.rescaling({ scale: 1 / 16 })(pixels);
    const branches = ACTIVATIONS.map((activation) => fl.layers.dense({ units: 5, activation })(scaled));
    const joined = fl.layers.dropout({ rate: 0.2 })(fl.layers.concatenate()(branches));
    const outputs = fl.layers.dense({ units: 10, activation: 'softmax', kernelRegularizer: 'l2' })(joined);
    const model = fl.model({ inputs: pixels, outputs });
    const optimizer = fl.optimizers[name](options);
    model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
    await model.fit(x, y, { epochs: 1, batchSize: 50, validationSplit: 0.1, verbose: 0 });
    weights.push(...model.getWeights());
  }

  const inks = Array.from({ length: 500 }, (_, i) =>
    Array.from({ length: 64 }, (_, j) => j).filter((j) => x.data[i * 64 + j] > 8),
  );
  const sparse = fl.sequential([
    fl.layers.dense({ units: 16, activation: 'relu', inputShape: [64] }),
    fl.layers.dense({ units: 1, activation: 'sigmoid' }),
  ]);
  sparse.compile({ optimizer: 'rmsprop', loss: 'binaryCrossentropy' });
  const odd = Float32Array.from(y.data.subarray(0, 500), (label) => label % 2);
  await sparse.fit(fl.SparseMatrix.fromRows(inks, 64), odd, { epochs: 2, verbose: 0 });
  weights.push(...sparse.getWeights());
  return hashOf(weights);
}
