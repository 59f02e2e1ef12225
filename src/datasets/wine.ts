import { table } from './embedded/wine.js';
import { type EmbeddedDataset, unpack } from './unpack.js';

/** Wines by their chemistry: x float32 [178, 13], y int32 [178], three growers with 59, 71 and 48 wines, in this order. */
export function wine(): EmbeddedDataset {
  return {
    ...unpack(table, Float32Array, Int32Array),
    featureNames: [
      'alcohol',
      'malic_acid',
      'ash',
      'alcalinity_of_ash',
      'magnesium',
      'total_phenols',
      'flavanoids',
      'nonflavanoid_phenols',
      'proanthocyanins',
      'color_intensity',
      'hue',
      'od280/od315_of_diluted_wines',
      'proline',
    ],
    classNames: ['class_0', 'class_1', 'class_2'],
    source:
      'Wine, S. Aeberhard and M. Forina, 1991, UCI Machine Learning Repository, https://doi.org/10.24432/C5PC7J; ' +
      'taken from scikit-learn (BSD-3-Clause).',
    licence: 'CC BY 4.0',
    description: 'Thirteen chemical measurements of 178 Italian wines by three growers.',
  };
}
