// Makes the file that both Workers begin with: node model.mjs [file].
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
// In a project of your own these are 'fourlane', 'fourlane/data' and 'fourlane/datasets'.
import { trainTestSplit } from '../../dist/data.js';
import { digits } from '../../dist/datasets.js';
import * as fl from '../../dist/index.js';

/** Trains on four fifths of the digits, writes the model to `file`, and returns the fifth it has not seen. */
export async function makeModel(file) {
  fl.setSeed(5);
  const { x, y } = digits();
  const [xTrain, xTest, yTrain, yTest] = trainTestSplit(x, y, { testSize: 0.2, stratify: y, randomState: 5 });
  const model = fl.sequential([
    fl.layers.rescaling({ scale: 1 / 16, inputShape: [64] }),
    fl.layers.dense({ units: 64, activation: 'relu' }),
    fl.layers.dense({ units: 10, activation: 'softmax' }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
  await model.fit(xTrain, yTrain, { epochs: 40, verbose: 0 });
  const { accuracy } = await model.evaluate(xTest, yTest);
  const bytes = model.save();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
  console.log(`${file}: ${bytes.length} bytes, test accuracy ${(100 * accuracy).toFixed(1)} %`);
  return { images: xTest.toArray(), labels: yTest.toArray() };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await makeModel(process.argv[2] ?? fileURLToPath(new URL('output/digits.safetensors', import.meta.url)));
}
