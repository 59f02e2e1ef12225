// Removes noise from handwritten digits: `npm run examples autoencoder`, or `node examples/autoencoder.js 3` for another
// seed than 2.
import * as fl from 'fourlane';
import { trainTestSplit } from 'fourlane/data';
import { digits } from 'fourlane/datasets';
import { encodePng, imageGrid } from 'fourlane/images';
import { fileStore, progressBar } from 'fourlane/node';

const seed = Number(process.argv[2] ?? 2);
fl.setSeed(seed);

// Pixels from 0 to 1; a fifth of the images, of each digit alike, is put away to test with.
const { x, y } = digits();
const pixels = fl.tensor(
  Float32Array.from(x.data, (pixel) => pixel / 16),
  x.shape,
);
const [train, test] = trainTestSplit(pixels, y, { testSize: 0.2, stratify: y, randomState: seed });

/** The images with noise of a standard deviation of 0.3. */
function withNoise({ data, shape }) {
  const noise = fl.randomNormal(shape, { stddev: 0.3 }).data;
  return fl.tensor(
    Float32Array.from(data, (pixel, i) => pixel + noise[i]),
    shape,
  );
}

// The code in the middle is half as wide as an image: there is no room to copy one, only for what makes it a digit.
const { dense, gaussianNoise } = fl.layers;
const autoencoder = fl.sequential([
  // In training alone, and other noise in every step: however long it trains, it never sees the same image twice.
  gaussianNoise({ stddev: 0.3, inputShape: [64] }),
  dense({ units: 256, activation: 'relu' }),
  dense({ units: 32, activation: 'relu', name: 'code' }),
  dense({ units: 256, activation: 'relu' }),
  dense({ units: 64, activation: 'sigmoid' }),
]);
autoencoder.compile({ optimizer: 'adam', loss: 'mse' });
const began = performance.now();
await autoencoder.fit(train, train, {
  epochs: 100,
  batchSize: 64,
  verbose: 0,
  validationData: [withNoise(test), test],
  callbacks: [progressBar()],
});
const seconds = ((performance.now() - began) / 1000).toFixed(1);

const noisy = withNoise(test);
const denoised = autoencoder.predict(noisy);
const error = ({ data }) =>
  data.reduce((sum, pixel, i) => sum + (pixel - test.data[i]) ** 2, 0) / data.length;
const [before, after] = [error(noisy), error(denoised)];

// Twelve images in three rows: noisy, denoised, clean.
const shown = [noisy, denoised, test].flatMap(({ data }) => [...data.subarray(0, 12 * 64)]);
const grid = imageGrid(fl.tensor(Float32Array.from(shown), [36, 64]), {
  shape: [8, 8],
  columns: 12,
  scale: 6,
  gap: 6,
  background: 64,
});
await fileStore('output').write('autoencoder.png', await encodePng(grid));
console.log('\nPicture, noisy above, denoised below it, clean at the bottom: output/autoencoder.png');

const share = ((100 * after) / before).toFixed(1);
console.log(
  `autoencoder: mean squared error ${before.toFixed(4)} with noise, ${after.toFixed(4)} without: ${share} % of it ` +
    `(needs 25 %), seed ${seed}, ${seconds} s`,
);
process.exitCode = after <= before / 4 ? 0 : 1;
