/**
 * What a peer can do; each method may be missing, and each may refuse a row by throwing.
 *
 * @typedef {object} Peer
 * @property {string} version
 * @property {{ adam: 'keras' | 'torch', rmsprop: 'keras' | 'torch' }} [formulas] where its optimizers have epsilon
 *   (work/reference.js).
 * @property {string} [otherWork] why its models are not those of the others: its results are shown, not checked.
 * @property {(row: { form: 'NN' | 'TN' | 'NT', m: number, k: number, n: number }, a: Float32Array, b: Float32Array) =>
 *   Task | Promise<Task>} [gemm] C[m, n] = A B, T where an operand is stored transposed.
 * @property {(row: { pass: 'forward' | 'input' | 'kernel', size: number, side: number, channels: number, filters: number,
 *   images: number }, a: Float32Array, b: Float32Array) => Task | Promise<Task>} [convolution] one of its passes, from the
 *   arrays that families/convolution.js says.
 * @property {Record<string, (row: object, work: object) => Task | Promise<Task>>} [kernels] by name.
 * @property {(model: object, weights: Float32Array[], options: PredictOptions) => Predictor | Promise<Predictor>}
 *   [predict]
 * @property {(model: object, weights: Float32Array[], samples: object, options: TrainOptions) =>
 *   Session | Promise<Session>} [train]
 * @property {() => Promise<{ call: () => void, flops: number }>} [peak] what shares of the peak are measured with.
 * @property {() => number} [usedBytes] of linear memory, for the scaling.
 *
 * @typedef {object} Task something to time.
 * @property {() => unknown} run
 * @property {() => ArrayLike<number> | Promise<ArrayLike<number>>} result of the last run.
 * @property {() => void} [close]
 *
 * @typedef {{ name: string, form: 'dense' | 'csr', rows: number }} PredictOptions the name of the model, and how many
 *   rows a call gets.
 * @typedef {object} Predictor
 * @property {(samples: object) => ArrayLike<number> | Promise<ArrayLike<number>>} call from samples, as
 *   work/folder.js has them, to the outputs of the model.
 * @property {() => void} [close]
 *
 * @typedef {{ form: 'dense' | 'csr', batchSize: number, plain: boolean }} TrainOptions `plain`: no shuffle, no dropout.
 * @typedef {object} Session the training of one model, from given weights.
 * @property {(epochs: number) => Promise<{ end: number, loss: number }[]>} train for each epoch its loss and when it
 *   ended, everything included that the library does around it, in milliseconds of one clock.
 * @property {() => void} close
 */

const npm = 'npm ci --prefix bench';
const pip = 'pip install -r bench/python/requirements.txt (FOURLANE_PYTHON names the interpreter)';

const tfjs = (backend) => ({
  name: `tfjs-${backend}`,
  title: `TensorFlow.js, ${backend}`,
  file: 'tfjs.js',
  variant: backend,
  packages: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers', `@tensorflow/tfjs-backend-${backend}`],
  install: npm,
});

/**
 * All peers, this library first. `packages` must be there for it to run, and `tools` for the suite to use it. One with `file`
 * is a module beside this one that exports `open(work, variant)`, which resolves to a Peer; one with `python` is a
 * module of bench/python. Each runs in a process of its own.
 */
export const peers = [
  { name: 'fourlane', title: 'Fourlane', file: 'fourlane.js', packages: [] },
  tfjs('wasm'),
  tfjs('cpu'),
  { name: 'jax-js', title: 'jax-js, wasm', file: 'jax.js', packages: ['@jax-js/jax'], install: npm },
  { name: 'brain.js', title: 'brain.js', file: 'brain.js', packages: ['brain.js'], install: npm },
  {
    name: 'ort-web',
    title: 'ONNX Runtime Web',
    file: 'ort.js',
    variant: 'onnxruntime-web',
    packages: ['onnxruntime-web'],
    tools: ['protobufjs'],
    install: npm,
  },
  {
    name: 'ort-node',
    title: 'ONNX Runtime, native',
    file: 'ort.js',
    variant: 'onnxruntime-node',
    packages: ['onnxruntime-node'],
    tools: ['protobufjs'],
    install: npm,
    native: true,
  },
  {
    name: 'torch',
    title: 'PyTorch, native',
    python: 'torch_peer',
    packages: ['torch', 'numpy'],
    install: pip,
    native: true,
  },
  {
    name: 'keras-jax',
    title: 'Keras on JAX, native',
    python: 'keras_peer',
    packages: ['keras', 'jax', 'numpy'],
    install: pip,
    native: true,
  },
];
