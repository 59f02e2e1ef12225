import { uniform } from './random.js';

/**
 * Seeded data sets of the shapes of MNIST, IMDB and Boston: `x` (rows one after the other) or `indptr` and `indices`
 * (the columns of the ones in each row), and `y`, one number a row.
 */
export const dataSets = {
  digits: { rows: 4096, make: digits },
  reviews: { rows: 4096, make: reviews },
  houses: { rows: 400, make: houses },
};

/** Samples of ten random images under noise, one in five with a wrong label, so that the loss stays away from 0. */
function digits(rows) {
  const random = uniform(1);
  const pixels = 784;
  const images = Float32Array.from({ length: 10 * pixels }, () => (random() < 0.2 ? random() : 0));
  const shown = Int32Array.from({ length: rows }, () => Math.floor(random() * 10));
  const y = Float32Array.from(shown, (image) => (random() < 0.2 ? Math.floor(random() * 10) : image));
  const x = Float32Array.from({ length: rows * pixels }, (_, i) => {
    const pixel = images[shown[Math.floor(i / pixels)] * pixels + (i % pixels)];
    return pixel && 0.5 * (pixel + random());
  });
  return { x, y };
}

/** Reviews of 150 to 230 different words, common words more often, judged by the sum of the words' own moods. */
function reviews(rows) {
  const random = uniform(2);
  const words = 10000;
  const moods = Float32Array.from({ length: words }, () => random() - 0.5);
  const y = new Float32Array(rows);
  const indptr = new Int32Array(rows + 1);
  const indices = [];
  for (let row = 0; row < rows; row++) {
    const review = new Set();
    const length = 150 + Math.floor(random() * 81);
    while (review.size < length) review.add(Math.floor(words ** random()) - 1);
    let mood = 0;
    for (const word of review) mood += moods[word];
    y[row] = mood > 0 ? 1 : 0;
    indices.push(...[...review].sort((a, b) => a - b));
    indptr[row + 1] = indices.length;
  }
  return { indptr, indices: Int32Array.from(indices), y };
}

/** Standardised features and a price that is nearly linear in them. */
function houses(rows) {
  const random = uniform(3);
  const features = 13;
  const effects = Float32Array.from({ length: features }, () => random() * 6 - 3);
  const x = Float32Array.from({ length: rows * features }, () => (random() * 2 - 1) * Math.sqrt(3));
  const y = Float32Array.from({ length: rows }, (_, row) => {
    const linear = effects.reduce((sum, effect, i) => sum + effect * x[row * features + i], 0);
    return 22 + linear + random();
  });
  return { x, y };
}
