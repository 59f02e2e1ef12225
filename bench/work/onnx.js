import protobuf from 'protobufjs';
import { denseLayers, models } from './models.js';

/** The part of the ONNX format (onnx.proto, IR version 8) that dense models need: fields and their numbers. */
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
  Attribute: message({ name: [1, 'string'], i: [3, 'int64'], type: [20, 'int32'] }),
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
const FLOAT = 1;
const INT = 2;

/** A value of floats; a dimension is a number, or a name where it is open. */
function value(name, shape) {
  const dim = shape.map((size) => (typeof size === 'string' ? { dimParam: size } : { dimValue: size }));
  return { name, type: { tensorType: { elemType: FLOAT, shape: { dim } } } };
}

function node(opType, input, output, attributes = {}) {
  const attribute = Object.entries(attributes).map(([name, i]) => ({ name, i, type: INT }));
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

/** A model of dense layers from `x` to `y`. */
function denseModel(model, weights) {
  const nodes = [];
  const initializer = [];
  let input = 'x';
  denseLayers(model).forEach(({ inputs, units, activation }, i) => {
    [inputs * units, units].forEach((length, part) => {
      const data = weights[2 * i + part];
      const rawData = new Uint8Array(data.buffer, data.byteOffset, 4 * length);
      const dims = part === 0 ? [inputs, units] : [units];
      initializer.push({ name: `w${2 * i + part}`, dims, dataType: FLOAT, rawData });
    });
    nodes.push(node('Gemm', [input, `w${2 * i}`, `w${2 * i + 1}`], `z${i}`));
    input = `z${i}`;
    if (activation === 'linear') return;
    nodes.push(node(operators[activation], [input], `y${i}`));
    input = `y${i}`;
  });
  nodes.push(node('Identity', [input], 'y'));
  const width = denseLayers(model).at(-1).units;
  return encode({
    node: nodes,
    initializer,
    input: [value('x', ['rows', model.inputs])],
    output: [value('y', ['rows', width])],
  });
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
    ...Object.entries(models).map(([name, model]) => [`${name}.onnx`, denseModel(model, weights(name))]),
    ...['NN', 'TN', 'NT'].map((form) => [
      `gemm${form}.onnx`,
      operator('Gemm', ['a', 'b'], { transA: Number(form[0] === 'T'), transB: Number(form[1] === 'T') }),
    ]),
    ...Object.entries(kernels).map(([name, opType]) => [`${name}.onnx`, operator(opType, ['x'])]),
  ]);
}
