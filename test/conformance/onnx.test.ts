/** ONNX's own tests of operators: the cases of `onnx-node-tests` with one operator that is a layer or an activation here. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fl from 'fourlane';
import { describe, expect, test } from 'vitest';
import { dataFolder, hasData } from '../support/data.js';
import { expectKeras, toTensor } from '../support/golden.js';
import { type Computation, NotServed, operators } from './operators.js';
import { readGraph, readTensor, type Tensor } from './protobuf.js';
import { reasons, report, running, type Verdict } from './report.js';
import { readTarGz } from './tar.js';

interface Case {
  computation: Computation;
  expected: Tensor;
}

const FOLDER = 'onnx-node-tests';
const available = hasData(FOLDER);

function cases(): Verdict<Case>[] {
  const folder = join(dataFolder, FOLDER);
  const files = readTarGz(readFileSync(join(folder, 'cases.tar.gz')));
  const index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as {
    case: string;
    ops: string[];
  }[];
  const chosen = index.filter(({ ops }) => ops.length === 1 && ops[0] in operators);
  return chosen.map(({ case: name }) => {
    const { nodes, initializers, inputs, opset } = readGraph(files.get(`${name}/model.onnx`)!);
    const [{ type, inputs: operands, outputs, attributes }, ...others] = nodes;
    if (others.length) return { name, reason: 'several operators' };
    const tensors = new Map(initializers.map((tensor) => [tensor.name, tensor]));
    const read = (file: string) => readTensor(files.get(`${name}/test_data_set_0/${file}`)!);
    inputs
      .filter((input) => !tensors.has(input))
      .forEach((input, i) => {
        if (files.has(`${name}/test_data_set_0/input_${i}.pb`)) tensors.set(input, read(`input_${i}.pb`));
      });
    if (outputs.length > 1) return { name, reason: 'positions or statistics as a second output' };
    try {
      const use = { attributes, inputs: operands.map((operand) => tensors.get(operand)), opset };
      return { name, run: { computation: operators[type](use), expected: read('output_0.pb') } };
    } catch (error) {
      if (error instanceof NotServed) return { name, reason: error.message };
      throw error;
    }
  });
}

const verdicts = available ? cases() : [];
const why = available ? '' : ` (skipped: no ${FOLDER} in FOURLANE_DATA)`;

describe.skipIf(!available)(`ONNX${why}`, () => {
  test.each(running(verdicts))('$name', ({ run: { computation, expected } }) => {
    const { input, outputs, weights = [], back = (y: Tensor) => y } = computation;
    const tensorOf = ({ shape, data }: Tensor) => toTensor({ shape: [...shape], data: [...data] });
    const x = fl.input({ shape: input.shape.slice(1) });
    const model = fl.model({ inputs: x, outputs: outputs(x) });
    model.setWeights(weights.map(tensorOf));
    const { data, shape } = model.predict(tensorOf(input));
    const y = back({ name: '', shape, data: [...data] });
    expect(y.shape).toEqual(expected.shape);
    expectKeras(y.data, expected.data, 'output');
  });

  test('the share that runs', () => {
    report('onnx-node-tests', verdicts);
    expect(reasons(verdicts)).toEqual({
      hardmax: 3,
      'padding by reflect': 2,
      'pooling by a norm': 3,
      'pooling with dilation': 4,
      'positions or statistics as a second output': 1,
      'shrink with a bias': 1,
      'the reverse of pooling': 1,
      'transposed convolution in groups': 1,
    });
  });
});
