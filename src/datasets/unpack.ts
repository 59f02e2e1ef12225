import { Tensor } from '../data/tensor.js';

/**
 * A table of decimal numbers, packed by scripts/embed-datasets.mjs. Of each column there are: the least value and
 * the number of decimals (value = (least + packed) / 10 ^ decimals), the bits of a packed value, and whether a bit
 * comes first that is 0 for a packed 0, and 1 where packed - 1 follows. The bits of the columns follow one another in
 * `text`, six to a character of base64, highest first; line ends mean nothing.
 */
export interface PackedTable {
  rows: number;
  columns: [least: number, decimals: number, bits: number, flag: number][];
  text: string;
}

/** A small real data set that comes with the library. */
export interface EmbeddedDataset {
  /** The samples, [n, features]. */
  x: Tensor;
  /** The targets, [n]: int32 class numbers, or float32 values for regression. */
  y: Tensor;
  /** Names of the columns of x, as in scikit-learn. */
  featureNames: string[];
  /** Names of the classes 0, 1, …; empty for regression. */
  classNames: string[];
  /** Where the data come from. */
  source: string;
  /** Under which licence they are given on. */
  licence: string;
  description: string;
}

/** The array type that holds a part of a table. */
type Values = Float32ArrayConstructor | Int32ArrayConstructor | Uint8ArrayConstructor;

/** Unpacks a table whose last column is the target. */
export function unpack(
  { rows, columns, text }: PackedTable,
  xType: Values,
  yType: Values,
): { x: Tensor; y: Tensor } {
  const features = columns.length - 1;
  const x = new xType(rows * features);
  const y = new yType(rows);
  const next = bitReader(text);
  columns.forEach(([least, decimals, bits, flag], c) => {
    const divisor = 10 ** decimals;
    for (let r = 0; r < rows; r++) {
      const packed = flag === 0 ? next(bits) : next(1) === 0 ? 0 : next(bits) + 1;
      // A quotient of two exact whole numbers is the double nearest to the decimal number, as a parser reads it.
      const value = (least + packed) / divisor;
      if (c < features) x[r * features + c] = value;
      else y[r] = value;
    }
  });
  return { x: new Tensor(x, [rows, features]), y: new Tensor(y, [rows]) };
}

/** Reads numbers of up to 24 bits from base64, highest bit first. */
function bitReader(text: string): (bits: number) => number {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const sextets = new Map(Array.from(alphabet, (character, i) => [character.charCodeAt(0), i]));
  let [at, held, buffer] = [0, 0, 0];
  return (bits) => {
    while (held < bits) {
      const sextet = sextets.get(text.charCodeAt(at++));
      if (sextet === undefined) continue;
      buffer = ((buffer << 6) | sextet) & 0x3fffffff;
      held += 6;
    }
    held -= bits;
    return (buffer >>> held) & (2 ** bits - 1);
  };
}
