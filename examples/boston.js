// Prices of houses from 13 figures, with few rows: cross-validation. Another seed: its number behind.
import * as fl from 'fourlane';
import { KFold, StandardScaler } from 'fourlane/data';
import { fileStore } from 'fourlane/node';
import { bestEpoch, crossValidate, exponentialMovingAverage, lineChart } from 'fourlane/workflow';
import { openData, readLines } from './data.js';

const store = await openData('boston', 'sklearn', ['boston_house_prices.csv']);
const seed = Number(process.argv[2] ?? 5);
fl.setSeed(seed);

// Two lines of header; the last column is the price in thousands of dollars, of the 1970s. One of the figures, B, is
// made from the share of Black residents: good reason to use this table for practice alone.
const [, , ...lines] = await readLines(store, 'boston_house_prices.csv');
const rows = lines.map((line) => line.split(',').map(Number));
const x = rows.map((row) => row.slice(0, 13));
const y = rows.map((row) => row[13]);

/** A model that has seen nothing: every fold needs its own. */
function buildModel() {
  const model = fl.sequential([
    fl.layers.dense({ units: 64, activation: 'relu', inputShape: [13] }),
    fl.layers.dense({ units: 64, activation: 'relu' }),
    // A price may be any number, so there is no activation that would hold it in a range.
    fl.layers.dense({ units: 1 }),
  ]);
  // Trained on squares, which punish large errors; read as the mean absolute error, which is in thousands of dollars.
  model.compile({ optimizer: 'rmsprop', loss: 'mse', metrics: ['mae'] });
  return model;
}

// With 506 rows a single split would say more about which rows fell where than about the model. So four models are
// trained, each validated on another quarter. The scaler learns mean and deviation from the training part of each
// fold: figures of the validation part must not reach the model, not even through an average.
const began = performance.now();
const result = await crossValidate(buildModel, x, y, {
  cv: new KFold({ nSplits: 4, shuffle: true, randomState: seed }),
  scaler: () => new StandardScaler(),
  fit: { epochs: 40, batchSize: 1, verbose: 0 },
});
const seconds = ((performance.now() - began) / 1000).toFixed(1);

// The means over the folds still jump from epoch to epoch; their exponential moving average shows where they are
// going. The first epochs are so far off that they would bend it and flatten the picture: it begins after them.
const skipped = 4;
const mae = result.epochMeans.val_mae.slice(skipped);
const smooth = exponentialMovingAverage(mae, 0.8);
console.log(`Seed ${seed}: ${rows.length} rows, 4 folds, 40 epochs.\n\nepoch  mean MAE  smoothed`);
for (let i = 0; i < mae.length; i += 5) {
  const figures = [mae, smooth].map((series) => series[i].toFixed(2).padStart(10));
  console.log(`${String(i + 1 + skipped).padStart(5)}${figures.join('')}`);
}
const best = bestEpoch({ smooth }, 'smooth', { mode: 'min' }) + 1 + skipped;
const folds = result.folds.map(({ scores }) => scores.mae.toFixed(2));
console.log(
  `The smoothed error is least in epoch ${best}. After the last epoch the folds have ${folds.join(', ')}.`,
);

const picture = lineChart(
  [
    { name: 'mean of 4 folds', values: mae, start: skipped + 1 },
    { name: 'moving average', values: smooth, start: skipped + 1 },
  ],
  { title: 'Boston housing: validation error', yLabel: 'MAE, 1,000 dollars' },
);
await fileStore('output').write('boston-mae.svg', picture);
console.log('The error by epoch: output/boston-mae.svg');

console.log(
  `boston: mean validation MAE ${result.mean.mae.toFixed(2)} (needs below 2.8), seed ${seed}, 40 epochs, ${seconds} s`,
);
process.exitCode = result.mean.mae < 2.8 ? 0 : 1;
