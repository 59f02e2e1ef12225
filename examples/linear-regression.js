// Linear regression in the three classes of a training design: a Module (model, loss and optimisation), a DataModule
// (data to train and to validate on) and a Trainer (the loop). The data are made up, so it is known what must come out.
import * as fl from 'fourlane';

const seed = Number(process.argv[2] ?? 5);
fl.setSeed(seed);

/** Made with y = x w + b and a little noise. */
class MadeUpData extends fl.DataModule {
  constructor({ w, b, noise, samples, batchSize }) {
    super();
    this.batchSize = batchSize;
    const random = uniform(seed);
    // The sum of twelve uniform numbers is as good as normal, with a variance of 1.
    const normal = () => Array.from({ length: 12 }, random).reduce((sum, value) => sum + value) - 6;
    this.x = Array.from({ length: samples }, () => w.map(normal));
    this.y = this.x.map((row) => b + row.reduce((sum, value, i) => sum + value * w[i], noise * normal()));
    // The last fifth is for validation.
    this.at = samples * 0.8;
  }

  trainDataloader() {
    const { x, y, at, batchSize } = this;
    return fl.Dataset.from(x.slice(0, at), y.slice(0, at))
      .shuffle(at)
      .batch(batchSize, { dropRemainder: true });
  }

  valDataloader() {
    return [this.x.slice(this.at), this.y.slice(this.at)];
  }
}

class LinearRegression extends fl.Module {
  // 1. The parameters: a weight for each figure and an intercept. Their first values are drawn at random.
  net = fl.layers.dense({ units: 1 });

  forward(x) {
    return this.net(x);
  }

  // 2. The loss of the parameters: the mean of the squared errors. 3. Its gradient follows from what forward does.
  loss() {
    return 'meanSquaredError';
  }

  // 4. The next place is a step of the learning rate against the gradient, 5. to which the parameters are updated.
  configureOptimizers() {
    return fl.optimizers.sgd({ learningRate: 0.03 });
  }

  /** What has been learnt: w and b. */
  learnt() {
    const [kernel, bias] = this.getWeights();
    return [...kernel.data, bias.data[0]];
  }
}

const truth = { w: [2, -3.4], b: 4.2 };
const data = new MadeUpData({ ...truth, noise: 0.1, samples: 1000, batchSize: 32 });
const model = new LinearRegression();

// 6. All of it again and again. An epoch has as many iterations, which are updates, as it has batches: 25 of 32 samples.
// 7. Until it gets no better: an epoch changes the loss by no more than the tolerance.
const trainer = new fl.Trainer({ epochs: 50, tolerance: 1e-4 });
const began = performance.now();
const { epoch } = await trainer.fit(model, data);
const seconds = ((performance.now() - began) / 1000).toFixed(1);

const found = model.learnt();
const exact = closedForm(data.x.slice(0, data.at), data.y.slice(0, data.at));
const wanted = [...truth.w, truth.b];
console.log('\n            true  trained  closed form');
['w1', 'w2', 'b'].forEach((name, i) => {
  const figures = [
    wanted[i].toFixed(1).padStart(8),
    found[i].toFixed(3).padStart(9),
    exact[i].toFixed(3).padStart(13),
  ];
  console.log(`  ${name.padEnd(6)}${figures.join('')}`);
});

const furthest = (from) => Math.max(...found.map((value, i) => Math.abs(value - from[i])));
const [error, fromExact] = [furthest(wanted), furthest(exact)];
console.log(
  `linear-regression: parameters within ${error.toFixed(4)} (needs below 0.02), within ${fromExact.toFixed(4)} of the ` +
    `closed form, seed ${seed}, ${epoch.length} epochs, ${seconds} s`,
);
process.exitCode = error < 0.02 && fromExact < 0.01 ? 0 : 1;

/** The least squares without any training: (X'X) p = X'y, solved by elimination. The last column of X is 1, for b. */
function closedForm(x, y) {
  const rows = x.map((row) => [...row, 1]);
  const dot = (f, g) => rows.reduce((sum, _, n) => sum + f(n) * g(n), 0);
  const size = rows[0].length;
  const equations = Array.from({ length: size }, (_, i) => [
    ...Array.from({ length: size }, (_, j) =>
      dot(
        (n) => rows[n][i],
        (n) => rows[n][j],
      ),
    ),
    dot(
      (n) => rows[n][i],
      (n) => y[n],
    ),
  ]);
  for (let i = 0; i < size; i++) {
    equations[i] = equations[i].map((value) => value / equations[i][i]);
    for (let k = 0; k < size; k++) {
      if (k === i) continue;
      const factor = equations[k][i];
      equations[k] = equations[k].map((value, j) => value - factor * equations[i][j]);
    }
  }
  return equations.map((equation) => equation[size]);
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function uniform(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
