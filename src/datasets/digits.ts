import { table } from './embedded/digits.js';
import { type EmbeddedDataset, unpack } from './unpack.js';

/**
 * Handwritten digits: 1797 images of 8 x 8 pixels as uint8 values 0..16, x [1797, 64] and y [1797] the digits 0..9.
 * Pixel (row, column) is column 8 * row + column of x. Values in every call are new.
 */
export function digits(): EmbeddedDataset {
  const numbers = Array.from({ length: 10 }, (_, i) => i);
  const pixels = Array.from({ length: 64 }, (_, i) => `pixel_${Math.floor(i / 8)}_${i % 8}`);
  return {
    ...unpack(table, Uint8Array, Int32Array),
    featureNames: pixels,
    classNames: numbers.map(String),
    source:
      'Optical Recognition of Handwritten Digits (test part), E. Alpaydin and C. Kaynak, UCI Machine Learning ' +
      'Repository, 1998, https://doi.org/10.24432/C50P49; taken from scikit-learn (BSD-3-Clause).',
    licence: 'CC BY 4.0',
    description: '1797 images of handwritten digits, 8 x 8 pixels with values from 0 to 16, 10 classes.',
  };
}
