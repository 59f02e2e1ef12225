// Reads handwritten digits: `npm start`, or `node examples/digits.js 3` for another seed than 5.
import * as fl from 'fourlane';
import { toClasses, trainTestSplit } from 'fourlane/data';
import { digits } from 'fourlane/datasets';
import { fileStore, progressBar } from 'fourlane/node';
import {
  classificationReport,
  confusionMatrix,
  confusionMatrixChart,
  learningCurves,
} from 'fourlane/workflow';

// One seed decides all that is random: the split, the first weights, the order of the samples, the dropout.
// The same seed gives the same figures on every machine, to the last bit.
const seed = Number(process.argv[2] ?? 5);
fl.setSeed(seed);

// A fifth of the images is put away until the end. `stratify` keeps the share of every digit in both parts.
// Another tenth of the rest is there to see when training should stop: the test images must not decide that,
// or the score on them would no longer say how the model does on images it has never met.
const { x, y, classNames } = digits();
const split = (testSize, x, y) => trainTestSplit(x, y, { testSize, stratify: y, randomState: seed });
const [xRest, xTest, yRest, yTest] = split(0.2, x, y);
const [xTrain, xVal, yTrain, yVal] = split(0.1, xRest, yRest);
const [images, labels] = withMovedCopies(xTrain, yTrain);
console.log(`Seed ${seed}: ${images} to train on, ${xVal} to see when to stop, ${xTest} to test with.`);

const model = fl.sequential([
  // Pixels are 0 to 16. Networks learn best from numbers of about 1, and as a layer the scaling is never forgotten.
  fl.layers.rescaling({ scale: 1 / 16, inputShape: [64] }),
  fl.layers.dense({ units: 256, activation: 'relu' }),
  // Dropout silences a random part of the units in every step, so that none can lean on a single other one.
  fl.layers.dropout({ rate: 0.4 }),
  fl.layers.dense({ units: 128, activation: 'relu' }),
  fl.layers.dropout({ rate: 0.4 }),
  fl.layers.dense({ units: 10, activation: 'softmax' }),
]);
// 'sparse': the labels are class numbers. One-hot labels go with 'categorical_crossentropy'.
model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
model.summary();

const stop = fl.callbacks.earlyStopping({ patience: 8, restoreBestWeights: true });
const began = performance.now();
const history = await model.fit(images, labels, {
  epochs: 30,
  batchSize: 64,
  validationData: [xVal, yVal],
  callbacks: [stop, progressBar()],
});
const { accuracy } = await model.evaluate(xTest, yTest);
const seconds = ((performance.now() - began) / 1000).toFixed(1);

// Accuracy alone hides which digits are hard. Precision: of those taken for a 3, how many are a 3?
// Recall: of all the 3s, how many were found? The matrix says what they were taken for instead.
const predicted = toClasses(model.predict(xTest));
const matrix = confusionMatrix(yTest, predicted);
const line = (head, cells) => `${head}  ${cells.map((cell) => String(cell).padStart(3)).join(' ')}`;
console.log(`\n${classificationReport(yTest, predicted, { targetNames: classNames, digits: 3 })}`);
console.log(line('true \\ predicted', classNames));
matrix.forEach((row, digit) => {
  console.log(line(String(digit).padStart(16), row));
});

// In the curves training looks worse than validation, for dropout and the moved copies make it harder.
const output = fileStore('output');
await output.write('digits-curves.svg', learningCurves(history, { title: `Digits, seed ${seed}` }));
await output.write('digits-confusion.svg', confusionMatrixChart(matrix, { title: 'Digits: what was read' }));
console.log('\nPictures to open in a browser: output/digits-curves.svg and output/digits-confusion.svg');

const percent = (100 * accuracy).toFixed(2);
const epochs = history.epoch.length;
console.log(`digits: test accuracy ${percent} % (needs 97 %), seed ${seed}, ${epochs} epochs, ${seconds} s`);
process.exitCode = accuracy >= 0.97 ? 0 : 1;

/**
 * The images of 8 x 8 pixels, and copies of them moved by half a pixel to each side. A digit that stands a little
 * further left is the same digit: saying so with more examples takes a third of the errors away.
 */
function withMovedCopies({ data }, { data: classes }) {
  const pixels = [...data];
  // A neighbour is 1 place away in the row, or 8 places, a row, away in the image. Halfway between two is their mean.
  for (const step of [1, -1, 8, -8]) {
    const block = 8 * Math.abs(step);
    data.forEach((pixel, at) => {
      const inside = Math.floor((at + step) / block) === Math.floor(at / block);
      pixels.push((pixel + (inside ? data[at + step] : 0)) / 2);
    });
  }
  const labels = [1, 2, 3, 4, 5].flatMap(() => [...classes]);
  return [fl.tensor(Float32Array.from(pixels), [labels.length, 64]), fl.tensor(Int32Array.from(labels))];
}
