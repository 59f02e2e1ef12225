// What is a news item about? Eight topics of very different sizes. Another seed: its number behind.
import * as fl from 'fourlane';
import { LabelEncoder, TextVectorization, toCategorical, toClasses, trainTestSplit } from 'fourlane/data';
import { fileStore } from 'fourlane/node';
import { bestEpoch, classificationReport, learningCurves } from 'fourlane/workflow';
import { openData, readLines } from './data.js';

const file = 'r8-train-all-terms.txt.gz';
const store = await openData('reuters', 'reuters-r8', [file]);
const seed = Number(process.argv[2] ?? 5);
fl.setSeed(seed);

const [, ...lines] = await readLines(store, file);
const rows = lines.map((line) => line.split('\t'));
const topics = rows.map((row) => row[0]);
const texts = rows.map((row) => row[1]);

// More than half of the items are about earnings, 41 of 5,485 about grain. Without `stratify` a part might get hardly
// any of those. A fifth is for the test; a tenth of the rest shows when training should stop.
const split = (testSize, x, y) => trainTestSplit(x, y, { testSize, stratify: y, randomState: seed });
const [restTexts, testTexts, restTopics, testTopics] = split(0.2, texts, topics);
const [trainTexts, valTexts, trainTopics, valTopics] = split(0.1, restTexts, restTopics);

// Texts become rows of a sparse matrix: 1 where the item has the word. Topics become numbers and then one-hot rows,
// as categorical cross-entropy wants them; with 'sparse_categorical_crossentropy' the numbers would do.
const words = new TextVectorization({ maxTokens: 10000, outputMode: 'multi_hot', sparse: true });
words.adapt(trainTexts);
const encoder = new LabelEncoder().fit(topics);
const oneHot = (labels) => toCategorical(encoder.transform(labels), encoder.classes.length);
const x = words.call(trainTexts);
console.log(`Seed ${seed}: ${x} to train on, ${valTexts.length} items to see when to stop.`);

const model = fl.sequential([
  // A layer narrower than the number of classes would be a bottleneck: what it drops is lost for all layers behind.
  fl.layers.dense({ units: 64, activation: 'relu', inputShape: [10000] }),
  fl.layers.dense({ units: 64, activation: 'relu' }),
  fl.layers.dense({ units: 8, activation: 'softmax' }),
]);
model.compile({ optimizer: 'rmsprop', loss: 'categorical_crossentropy', metrics: ['accuracy'] });

const began = performance.now();
const history = await model.fit(x, oneHot(trainTopics), {
  epochs: 20,
  batchSize: 512,
  validationData: [words.call(valTexts), oneHot(valTopics)],
  callbacks: [fl.callbacks.earlyStopping({ patience: 4, restoreBestWeights: true })],
});
const xTest = words.call(testTexts);
const { accuracy } = await model.evaluate(xTest, oneHot(testTopics), { batchSize: 512 });
const seconds = ((performance.now() - began) / 1000).toFixed(1);

// The average over all items is mostly that of the large topics; the rows show the small ones.
const predicted = encoder.inverseTransform(toClasses(model.predict(xTest)));
console.log(`\n${classificationReport(testTopics, predicted)}`);

// Pale: the curves as they are. Strong: their exponential moving average, which shows the turn of the validation loss.
const curves = learningCurves(history, { title: 'Reuters topics', smoothing: 0.5 });
await fileStore('output').write('reuters-curves.svg', curves);
console.log('Loss and accuracy: output/reuters-curves.svg');

const percent = (100 * accuracy).toFixed(2);
const best = bestEpoch(history, 'val_loss') + 1;
console.log(
  `reuters: test accuracy ${percent} % (needs 94 %), seed ${seed}, epoch ${best} of ${history.epoch.length}, ${seconds} s`,
);
process.exitCode = accuracy >= 0.94 ? 0 : 1;
