import protobuf from 'protobufjs';
import { layersOf, models } from './models.js';

/** The part of the ONNX format (onnx.proto, IR version 8) that the models need: fields and their numbers. */
const message = (fields) => ({
  fields: Object.fromEntries(
    Object.entries(fields).map(([name, [id, type, rule]]) => [name, { id, type, rule }]),
  ),
});
const nested = {
  ModelProto: message({
    irVersion: [1, 'int64'],
    graph: [7, 'GraphProto'],
    opsetImport: [8, 'Opset', 'repeated'],
  }),
  Opset: message({ domain: [1, 'string'], version: [2, 'int64'] }),
  GraphProto: message({
    node: [1, 'NodeProto', 'repeated'],
    name: [2, 'string'],
    initializer: [5, 'TensorProto', 'repeated'],
    input: [11, 'ValueInfo', 'repeated'],
    output: [12, 'ValueInfo', 'repeated'],
  }),
  NodeProto: message({
    input: [1, 'string', 'repeated'],
    output: [2, 'string', 'repeated'],
    opType: [4, 'string'],
    attribute: [5, 'Attribute', 'repeated'],
  }),
  Attribute: message({
    name: [1, 'string'],
    i: [3, 'int64'],
    ints: [8, 'int64', 'repeated'],
    type: [20, 'int32'],
  }),
  TensorProto: message({
    dims: [1, 'int64', 'repeated'],
    dataType: [2, 'int32'],
    name: [8, 'string'],
    rawData: [9, 'bytes'],
  }),
  ValueInfo: message({ name: [1, 'string'], type: [2, 'TypeProto'] }),
  TypeProto: message({ tensorType: [1, 'TensorType'] }),
  TensorType: message({ elemType: [1, 'int32'], shape: [2, 'Shape'] }),
  Shape: message({ dim: [1, 'Dimension', 'repeated'] }),
  Dimension: message({ dimValue: [1, 'int64'], dimParam: [2, 'string'] }),
};
const ModelProto = protobuf.Root.fromJSON({ nested }).lookupType('ModelProto');

const IR_VERSION = 8;
/** The first with Gelu. */
const OPSET = 20;
/** Types of elements. */
const FLOAT = 1;
const INT64 = 7;
/** Types of attributes. */
const INT = 2;
const INTS = 7;

/** A value of floats; a dimension is a number, or a name where it is open. */
function value(name, shape) {
  const dim = shape.map((size) => (typeof size === 'string' ? { dimParam: size } : { dimValue: size }));
  return { name, type: { tensorType: { elemType: FLOAT, shape: { dim } } } };
}

function node(opType, input, output, attributes = {}) {
  const attribute = Object.entries(attributes).map(([name, value]) =>
    Array.isArray(value) ? { name, ints: value, type: INTS } : { name, i: value, type: INT },
  );
  return { opType, input, output: [output], attribute };
}

function encode(graph) {
  const opsetImport = [{ domain: '', version: OPSET }];
  const contents = {
    irVersion: IR_VERSION,
    opsetImport,
    graph: { name: 'graph', initializer: [], ...graph },
  };
  return ModelProto.encode(ModelProto.fromObject(contents)).finish();
}

const operators = { relu: 'Relu', sigmoid: 'Sigmoid', softmax: 'Softmax' };

/** The nodes of each kind of layer before its activation, from `x` to `y`; images have their channels first here. */
const kinds = {
  dense: (x, y, { weights: [kernel, bias] }) => [node('Gemm', [x, kernel, bias], y)],
  conv2d: (x, y, { weights: [kernel, bias] }) => [node('Conv', [x, kernel, bias], y)],
  maxPooling2d: (x, y, { poolSize: n }) => [
    node('MaxPool', [x], y, { kernel_shape: [n, n], strides: [n, n] }),
  ],
  reshape: (x, y, { shape }) => [
    node('Reshape', [x, shape], `${y}_last`),
    node('Transpose', [`${y}_last`], y, { perm: [0, 3, 1, 2] }),
  ],
  flatten: (x, y) => [
    node('Transpose', [x], `${y}_last`, { perm: [0, 2, 3, 1] }),
    node('Flatten', [`${y}_last`], y),
  ],
};

/** A model without its dropout, from `x` to `y`. */
function modelFile(model, values) {
  const nodes = [];
  const initializer = [];
  const left = [...values];
  const layers = layersOf(model).filter(({ kind }) => kind !== 'dropout');
  let input = 'x';
  layers.forEach((layer, i) => {
    const weights = [];
    if (layer.kernel) {
      const kernel = layer.kernel.length === 4 ? channelsFirst(left.shift(), layer.kernel) : left.shift();
      const dims = layer.kernel.length === 4 ? [3, 2, 0, 1].map((axis) => layer.kernel[axis]) : layer.kernel;
      const bias = left.shift();
      weights.push(`kernel${i}`, `bias${i}`);
      initializer.push({ name: weights[0], dims, dataType: FLOAT, rawData: bytesOf(kernel) });
      initializer.push({ name: weights[1], dims: [bias.length], dataType: FLOAT, rawData: bytesOf(bias) });
    }
    const shape = `shape${i}`;
    if (layer.kind === 'reshape') {
      const sizes = BigInt64Array.from([-1, ...layer.to].map(BigInt));
      initializer.push({ name: shape, dims: [sizes.length], dataType: INT64, rawData: bytesOf(sizes) });
    }
    nodes.push(...kinds[layer.kind](input, `z${i}`, { ...layer, weights, shape }));
    input = `z${i}`;
    if (!layer.kernel || layer.activation === 'linear') return;
    nodes.push(node(operators[layer.activation], [input], `y${i}`));
    input = `y${i}`;
  });
  nodes.push(node('Identity', [input], 'y'));
  return encode({
    node: nodes,
    initializer,
    input: [value('x', ['rows', model.inputs])],
    output: [value('y', ['rows', ...layers.at(-1).to])],
  });
}

function bytesOf({ buffer, byteOffset, byteLength }) {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** A kernel [height, width, in, out] as [out, in, height, width]. */
function channelsFirst(values, [height, width, inputs, outputs]) {
  const turned = new Float32Array(values.length);
  let at = 0;
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      for (let p = 0; p < height * width; p++) turned[at++] = values[(p * inputs + i) * outputs + o];
    }
  }
  return turned;
}

/** A graph of one operator on matrices. */
function operator(opType, inputs, attributes) {
  return encode({
    node: [node(opType, inputs, 'y', attributes)],
    input: inputs.map((name) => value(name, [`${name}0`, `${name}1`])),
    output: [value('y', ['y0', 'y1'])],
  });
}

/**
 * The ONNX files of all models, and of the kernels that are measured.
 *
 * @param {(name: string) => Float32Array[]} weights of a model by its name.
 * @returns {Record<string, Uint8Array>} by file name.
 */
export function onnxFiles(weights) {
  const kernels = { softmax: 'Softmax', sigmoid: 'Sigmoid', tanh: 'Tanh', gelu: 'Gelu' };
  return Object.fromEntries([
    ...Object.entries(models).map(([name, model]) => [`${name}.onnx`, modelFile(model, weights(name))]),
    ...['NN', 'TN', 'NT'].map((form) => [
      `gemm${form}.onnx`,
      operator('Gemm', ['a', 'b'], { transA: Number(form[0] === 'T'), transB: Number(form[1] === 'T') }),
    ]),
    ...Object.entries(kernels).map(([name, opType]) => [`${name}.onnx`, operator(opType, ['x'])]),
  ]);
}
