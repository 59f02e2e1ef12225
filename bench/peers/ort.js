import { versionOf } from './packages.js';

/** ONNX Runtime for inference, on one thread: in WebAssembly or native, by the name of the package. */
export async function open(work, name) {
  const ort = (await import(name)).default ?? (await import(name));
  if (name === 'onnxruntime-web') ort.env.wasm.numThreads = 1;
  const session = async (file) =>
    ort.InferenceSession.create(await work.bytes(file), {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionProviders: [name === 'onnxruntime-web' ? 'wasm' : 'cpu'],
    });
  const tensor = (values, shape) => new ort.Tensor('float32', values, shape);

  /** Runs a file on inputs that are handed over each time, as its interface has it; results are copied out. */
  const task = async (file, inputs) => {
    const opened = await session(file);
    let last;
    return {
      async run() {
        last = (await opened.run(inputs)).y;
      },
      result: () => last.data,
      close: () => opened.release(),
    };
  };
  const unary = (name) => async (row) => {
    const shape = row.length ? [1, row.length] : [row.rows, row.columns];
    return task(`${name}.onnx`, { x: tensor(work.noise('x', shape[0] * shape[1]), shape) });
  };
  return {
    version: versionOf(name),
    gemm: ({ form, m, k, n }, a, b) =>
      task(`gemm${form}.onnx`, {
        a: tensor(a, form[0] === 'T' ? [k, m] : [m, k]),
        b: tensor(b, form[1] === 'T' ? [n, k] : [k, n]),
      }),
    kernels: Object.fromEntries(['softmax', 'sigmoid', 'tanh', 'gelu'].map((name) => [name, unary(name)])),
    async predict(model, _weights, { name, form, rows }) {
      if (form !== 'dense') throw new Error('has no sparse input for dense layers');
      const opened = await session(`${name}.onnx`);
      return {
        call: async ({ x }) => (await opened.run({ x: tensor(x, [rows, model.inputs]) })).y.data,
        close: () => opened.release(),
      };
    },
  };
}
