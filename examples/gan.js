// Draws handwritten digits: `npm run examples gan`, or `node examples/gan.js 3` for another seed than 1.
import * as fl from 'fourlane';
import { take, toCategorical, toClasses } from 'fourlane/data';
import { digits } from 'fourlane/datasets';
import { encodePng, imageGrid } from 'fourlane/images';
import { fileStore } from 'fourlane/node';

const [EPOCHS, BATCH, NOISE] = [60, 64, 16];
// One seed decides the first weights, the order of the images, the dropout and all noise: the same digits every time.
const seed = Number(process.argv[2] ?? 1);
fl.setSeed(seed);

// Pixels of 0 to 16 become -1 to 1, what tanh puts out. Each digit comes with its class as ten numbers, one of them 1.
const { x, y } = digits();
const count = y.shape[0];
const images = fl.tensor(
  Float32Array.from(x.data, (pixel) => pixel / 8 - 1),
  [count, 64],
);
const classes = toCategorical(y, 10);

// Two models play against each other. The generator makes an image of noise, of the digit that is wished for. The
// discriminator sees an image and a digit, and says whether they are from the data: a number that is above 0 for yes.
const { batchNormalization, concatenate, dense, dropout, leakyRelu } = fl.layers;
function network(name, size, layers) {
  const inputs = [fl.input({ shape: [size] }), fl.input({ shape: [10] })];
  const outputs = layers.reduce((tensor, layer) => layer(tensor), concatenate()(inputs));
  return fl.model({ name, inputs, outputs });
}
const generator = network('generator', NOISE, [
  ...[dense({ units: 128 }), batchNormalization({ momentum: 0.9 }), leakyRelu({ negativeSlope: 0.2 })],
  ...[dense({ units: 256 }), batchNormalization({ momentum: 0.9 }), leakyRelu({ negativeSlope: 0.2 })],
  dense({ units: 64, activation: 'tanh' }),
]);
const discriminator = network('discriminator', 64, [
  ...[dense({ units: 256 }), leakyRelu({ negativeSlope: 0.2 }), dropout({ rate: 0.3 })],
  ...[dense({ units: 128 }), leakyRelu({ negativeSlope: 0.2 }), dropout({ rate: 0.3 })],
  dense({ units: 1 }),
]);

// Each has a step of its own: a loss, an optimizer, and the weights that it changes. The other model takes part and stays
// as it is. Real images count as 0.9 rather than 1, so that the discriminator is never quite sure of itself.
const crossentropy = fl.losses.binaryCrossentropy({ fromLogits: true });
const adam = () => fl.optimizers.adam({ learningRate: 5e-4, beta1: 0.5 });
const trainDiscriminator = fl.trainStep({
  inputs: { image: [64], digit: [10], noise: [NOISE] },
  loss: (b, { image, digit, noise }) => ({
    real: b.loss(crossentropy, b.call(discriminator, [image, digit]), 0.9),
    drawn: b.loss(crossentropy, b.call(discriminator, [b.call(generator, [noise, digit]), digit]), 0),
  }),
  parameters: discriminator,
  optimizer: adam(),
});
const trainGenerator = fl.trainStep({
  inputs: { digit: [10], noise: [NOISE] },
  loss: (b, { digit, noise }) =>
    b.loss(crossentropy, b.call(discriminator, [b.call(generator, [noise, digit]), digit]), 1),
  parameters: generator,
  optimizer: adam(),
});

/** Draws every digit so many times, 0 to 9 one after the other. */
const draw = (times, noise = fl.randomNormal([times * 10, NOISE])) =>
  generator.predict([noise, toCategorical(tenDigits(times), 10)]);
const tenDigits = (times) => Int32Array.from({ length: times * 10 }, (_, i) => i % 10);

// A row of the picture of the training shows the same noise as before, so that one sees the digits come out of it.
const noise = fl.randomNormal([10, NOISE]);
const rows = [];
const began = performance.now();
for (let epoch = 1; epoch <= EPOCHS; epoch++) {
  const random = fl.randomUniform([count]).data;
  const order = Array.from(random.keys()).sort((a, b) => random[a] - random[b]);
  let logs;
  for (let at = 0; at + BATCH <= count; at += BATCH) {
    const some = order.slice(at, at + BATCH);
    const [image, digit] = [take(images, some), take(classes, some)];
    const { loss } = trainGenerator({ digit, noise: fl.randomNormal([BATCH, NOISE]) });
    logs = {
      ...trainDiscriminator({ image, digit, noise: fl.randomNormal([BATCH, NOISE]) }),
      generator: loss,
    };
  }
  if (![1, 5].includes(epoch) && epoch % 10) continue;
  rows.push(...draw(1, noise).data);
  const { real, drawn, generator: fooling } = logs;
  const shown = [real, drawn, fooling].map((value) => value.toFixed(2));
  console.log(`epoch ${epoch}: real ${shown[0]}, drawn ${shown[1]}, generator ${shown[2]}`);
}
const seconds = ((performance.now() - began) / 1000).toFixed(1);

// Are they digits? A classifier that has learnt from the real ones alone reads a hundred of each.
const reader = fl.sequential([
  dense({ units: 128, activation: 'relu', inputShape: [64] }),
  dropout({ rate: 0.3 }),
  dense({ units: 10, activation: 'softmax' }),
]);
reader.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
await reader.fit(images, y, { epochs: 30, verbose: 0 });
const read = reader.predict(draw(100));
const right = toClasses(read).filter((digit, i) => digit === i % 10).length;
const confidence = tenDigits(100).reduce(
  (sum, _, i) => sum + Math.max(...read.data.subarray(i * 10, i * 10 + 10)) / 1000,
  0,
);

const output = fileStore('output');
const grid = { shape: [8, 8], range: [-1, 1], columns: 10, scale: 6, gap: 6, background: 64 };
const training = fl.tensor(Float32Array.from(rows), [rows.length / 64, 64]);
await output.write('gan-training.png', await encodePng(imageGrid(training, grid)));
await output.write('gan-digits.png', await encodePng(imageGrid(draw(10), grid)));
console.log('\nPictures: output/gan-training.png and output/gan-digits.png');

const percent = (right / 10).toFixed(1);
console.log(
  `gan: ${percent} % of 1000 drawn digits are read as wished (needs 90 %), with a confidence of ` +
    `${(100 * confidence).toFixed(1)} %, seed ${seed}, ${EPOCHS} epochs, ${seconds} s`,
);
process.exitCode = right >= 900 ? 0 : 1;
