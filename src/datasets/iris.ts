import { table } from './embedded/iris.js';
import { type EmbeddedDataset, unpack } from './unpack.js';

/** Iris flowers: x float32 [150, 4] in centimetres, y int32 [150], three species of 50 each, in this order. */
export function iris(): EmbeddedDataset {
  return {
    ...unpack(table, Float32Array, Int32Array),
    featureNames: ['sepal length (cm)', 'sepal width (cm)', 'petal length (cm)', 'petal width (cm)'],
    classNames: ['setosa', 'versicolor', 'virginica'],
    source:
      'Iris, R. A. Fisher, The use of multiple measurements in taxonomic problems, 1936, UCI Machine Learning ' +
      'Repository, https://doi.org/10.24432/C56C76; taken from scikit-learn (BSD-3-Clause).',
    licence: 'CC BY 4.0',
    description: 'Lengths and widths of the sepals and petals of 150 iris flowers of three species.',
  };
}
