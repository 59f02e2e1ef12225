import { ConfigError, ValueError } from '../../errors.js';
import { checkOptions } from '../../names.js';
import { Tensor } from '../tensor.js';
import { checkInteger, describe } from './options.js';

/** Options of `padSequences`, with Keras's defaults. */
export interface PadSequencesOptions {
  /** Length of every row; default: that of the longest sequence. */
  maxlen?: number;
  /** Type of the result; default 'int32'. */
  dtype?: 'int32' | 'float32';
  /** Fill at the front ('pre', default) or at the end ('post'). */
  padding?: 'pre' | 'post';
  /** Cut at the front ('pre', default) or at the end ('post'). */
  truncating?: 'pre' | 'post';
  /** The fill; default 0. */
  value?: number;
}

/**
 * Lists of numbers of any lengths as one Tensor [sequences.length, maxlen], filled and cut at the front by default.
 * Keras's `pad_sequences`.
 *
 * @throws ValueError `not-a-sequence` or `not-an-integer`; ConfigError `unknown-option` or `pad-side`.
 */
export function padSequences(
  sequences: readonly ArrayLike<number>[],
  options: PadSequencesOptions = {},
): Tensor {
  checkOptions(options, ['maxlen', 'dtype', 'padding', 'truncating', 'value'], 'padSequences');
  const { dtype = 'int32', padding = 'pre', truncating = 'pre', value = 0 } = options;
  for (const [name, side] of Object.entries({ padding, truncating })) {
    if (side !== 'pre' && side !== 'post') {
      throw new ConfigError('pad-side', `${name}: expected 'pre' or 'post', got ${describe(side)}.`);
    }
  }
  const stray = sequences.findIndex(
    (sequence) => typeof sequence === 'string' || typeof sequence?.length !== 'number',
  );
  if (stray >= 0) {
    throw new ValueError(
      'not-a-sequence',
      `sequences: expected an array of numbers at position ${stray}, got ${describe(sequences[stray])}.`,
    );
  }
  const longest = sequences.reduce((length, sequence) => Math.max(length, sequence.length), 0);
  const width = options.maxlen === undefined ? longest : checkInteger(options.maxlen, 'maxlen', 0);
  const rows = new (dtype === 'float32' ? Float32Array : Int32Array)(sequences.length * width).fill(value);
  sequences.forEach((sequence, r) => {
    const kept = Math.min(sequence.length, width);
    const from = truncating === 'pre' ? sequence.length - kept : 0;
    const to = r * width + (padding === 'pre' ? width - kept : 0);
    for (let i = 0; i < kept; i++) rows[to + i] = checkNumber(sequence[from + i], dtype, r);
  });
  return new Tensor(rows, [sequences.length, width]);
}

function checkNumber(value: number, dtype: string, row: number): number {
  if (dtype === 'int32' && !Number.isInteger(value)) {
    throw new ValueError(
      'not-an-integer',
      `sequences: expected integers, got ${describe(value)} in sequence ${row}. Use dtype: 'float32' for fractions.`,
    );
  }
  return value;
}
