import { table } from './embedded/breastCancer.js';
import { type EmbeddedDataset, unpack } from './unpack.js';

const MEASURES = [
  'radius',
  'texture',
  'perimeter',
  'area',
  'smoothness',
  'compactness',
  'concavity',
  'concave points',
  'symmetry',
  'fractal dimension',
];

/**
 * Breast cancer Wisconsin (diagnostic): x float32 [569, 30], y int32 [569], 0 malignant (212), 1 benign (357). The
 * columns are the mean, the standard error and the worst value of ten measures of cell nuclei.
 */
export function breastCancer(): EmbeddedDataset {
  return {
    ...unpack(table, Float32Array, Int32Array),
    featureNames: [
      ...MEASURES.map((measure) => `mean ${measure}`),
      ...MEASURES.map((measure) => `${measure} error`),
      ...MEASURES.map((measure) => `worst ${measure}`),
    ],
    classNames: ['malignant', 'benign'],
    source:
      'Breast Cancer Wisconsin (Diagnostic), W. Wolberg, O. Mangasarian, N. Street and W. Street, 1993, UCI Machine ' +
      'Learning Repository, https://doi.org/10.24432/C5DW2B; taken from scikit-learn (BSD-3-Clause).',
    licence: 'CC BY 4.0',
    description: 'Thirty measures of cell nuclei in images of 569 breast masses, malignant or benign.',
  };
}
