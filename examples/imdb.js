// Is a film review positive or negative? Words as 0s and 1s, two small layers. Another seed: its number behind.
import * as fl from 'fourlane';
import { TextVectorization, trainTestSplit } from 'fourlane/data';
import { fileStore } from 'fourlane/node';
import { bestEpoch, learningCurves } from 'fourlane/workflow';
import { openData, readLines } from './data.js';

const store = await openData('imdb', 'imdb-reviews', ['train_10000.tsv.gz', 'test_2500.tsv.gz']);
const seed = Number(process.argv[2] ?? 5);
fl.setSeed(seed);

/** The texts of a part and their labels: 1 positive, 0 negative. */
async function readReviews(file) {
  const [, ...lines] = await readLines(store, file);
  const rows = lines.map((line) => line.split('\t'));
  return { texts: rows.map((row) => row[3]), labels: Int32Array.from(rows, (row) => Number(row[0])) };
}
const reviews = await readReviews('train_10000.tsv.gz');
const test = await readReviews('test_2500.tsv.gz');
const [texts, valTexts, y, yVal] = trainTestSplit(reviews.texts, reviews.labels, {
  testSize: 0.15,
  stratify: reviews.labels,
  randomState: seed,
});

// The vocabulary is the 10,000 most frequent words of the training texts; all others share the column '[UNK]'.
// A row is 1 where its review has the word. A review uses some 130 of them, so 99 % of the matrix would be
// zeros: `sparse` keeps the places of the ones and the first layer adds up their weights, 7 MB instead of 500.
const words = new TextVectorization({
  maxTokens: 10000,
  standardize: (text) =>
    text
      .toLowerCase()
      .replaceAll('<br />', ' ')
      .replace(/[^a-z0-9']+/g, ' '),
  outputMode: 'multi_hot',
  sparse: true,
});
words.adapt(texts);
const x = words.call(texts);
console.log(`Seed ${seed}: ${x} to train on, ${yVal.length} reviews to see when to stop.`);

const model = fl.sequential([
  fl.layers.dense({ units: 16, activation: 'relu', inputShape: [10000] }),
  fl.layers.dense({ units: 16, activation: 'relu' }),
  // One probability. Two classes need no second output, and with it no softmax.
  fl.layers.dense({ units: 1, activation: 'sigmoid' }),
]);
model.compile({ optimizer: 'rmsprop', loss: 'binary_crossentropy', metrics: ['accuracy'] });

// After a few epochs the network knows the training reviews by heart: their loss goes on falling, that of the
// others rises. Early stopping ends the training there and takes the weights of the best epoch.
const began = performance.now();
const history = await model.fit(x, y, {
  epochs: 20,
  batchSize: 512,
  validationData: [words.call(valTexts), yVal],
  callbacks: [fl.callbacks.earlyStopping({ patience: 3, restoreBestWeights: true })],
});
const { accuracy } = await model.evaluate(words.call(test.texts), test.labels, { batchSize: 512 });
const seconds = ((performance.now() - began) / 1000).toFixed(1);

await fileStore('output').write('imdb-curves.svg', learningCurves(history, { title: 'Film reviews' }));
console.log('Loss and accuracy: output/imdb-curves.svg');
const own = [
  'A wonderful film with great acting, I loved it.',
  'A waste of time, the plot is awful and boring.',
];
const probabilities = model.predict(words.call(own)).data;
own.forEach((text, i) => {
  console.log(`${(100 * probabilities[i]).toFixed(0).padStart(3)} % positive: ${text}`);
});
const percent = (100 * accuracy).toFixed(2);
const best = bestEpoch(history, 'val_loss') + 1;
console.log(
  `imdb: test accuracy ${percent} % (needs 87 %), seed ${seed}, epoch ${best} of ${history.epoch.length}, ${seconds} s`,
);
process.exitCode = accuracy >= 0.87 ? 0 : 1;
