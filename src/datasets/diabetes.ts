import { table } from './embedded/diabetes.js';
import { type EmbeddedDataset, unpack } from './unpack.js';

/**
 * Diabetes: x float32 [442, 10], y float32 [442], how far the disease had progressed a year later, from 25 to 346.
 * The columns are in their original units, as scikit-learn gives them with `scaled=False`; StandardScaler brings them
 * to one scale.
 */
export function diabetes(): EmbeddedDataset {
  return {
    ...unpack(table, Float32Array, Float32Array),
    featureNames: ['age', 'sex', 'bmi', 'bp', 's1', 's2', 's3', 's4', 's5', 's6'],
    classNames: [],
    source:
      'B. Efron, T. Hastie, I. Johnstone and R. Tibshirani, Least Angle Regression, Annals of Statistics 32 (2004), ' +
      '407-499; taken from scikit-learn.',
    licence: 'BSD-3-Clause (scikit-learn); the authors state none for the data',
    description: 'Age, sex, body mass index, blood pressure and six blood serum values of 442 patients.',
  };
}
