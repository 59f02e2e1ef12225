/** `fourlane/datasets`: small real data that come along, and loaders for larger ones that you have. */
export { breastCancer } from './breastCancer.js';
export { type Cifar10, cifar10, cifar10Batch } from './cifar.js';
export { diabetes } from './diabetes.js';
export { digits } from './digits.js';
export { idx } from './idx.js';
export { type ImdbOptions, type ImdbWordIndexOptions, imdb, imdbWordIndex, type ReviewPart } from './imdb.js';
export { iris } from './iris.js';
export { type FashionMnist, fashionMnist, type ImagePart, type Mnist, mnist } from './mnist.js';
export type { DataSource, ReadableStore } from './source.js';
export type { EmbeddedDataset } from './unpack.js';
export { wine } from './wine.js';
