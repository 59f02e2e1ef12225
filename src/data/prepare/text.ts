import { ConfigError, ValueError } from '../../errors.js';
import { SparseMatrix } from '../sparse.js';
import { Tensor } from '../tensor.js';
import { compareLabels } from './arrays.js';
import { describe } from './options.js';
import { padSequences } from './sequences.js';
import { type TextVectorizationOptions, type VectorizationSettings, withDefaults } from './textOptions.js';

const UNKNOWN = '[UNK]';
// The characters that Keras strips, and the white space that TensorFlow splits at: both ASCII alone.
const PUNCTUATION = /[!"#$%&()*+,\-./:;<=>?@[\\\]^_`{|}~']/g;
const WHITE_SPACE = /[ \t\n\v\f\r]+/;

/**
 * Texts to numbers by a vocabulary, as Keras's layer of that name: standardise, split, look up. `adapt` learns the
 * vocabulary, the most frequent tokens first and equals in descending order; `call` applies it. As in Keras only
 * ASCII letters become lower case; pass a function as `standardize` for other alphabets.
 *
 * @throws ConfigError `unknown-option`, `unknown-choice`, `option-mode`, `max-tokens`, `no-vocabulary` or
 *   `static-vocabulary`; ValueError `repeated-token`, `reserved-token`, `vocabulary-size` or `not-a-text`.
 */
export class TextVectorization<Sparse extends boolean = false> {
  readonly #options: VectorizationSettings;
  #tokens: readonly string[] = [];
  #numbers = new Map<string, number>();

  constructor(options: TextVectorizationOptions<Sparse> = {}) {
    this.#options = withDefaults(options);
    if (this.#options.vocabulary) this.setVocabulary(this.#options.vocabulary);
  }

  /** Learns the vocabulary of `texts` (each a string, or an array of one as Keras has it) and forgets the old one. */
  adapt(texts: readonly (string | readonly string[])[]): void {
    if (this.#options.vocabulary) {
      throw new ConfigError(
        'static-vocabulary',
        'TextVectorization: cannot adapt, for the vocabulary was set. Make a new one without `vocabulary`.',
      );
    }
    const counts = new Map<string, number>();
    for (const text of texts) {
      for (const token of this.#split(text)) counts.set(token, (counts.get(token) ?? 0) + 1);
    }
    counts.delete('');
    counts.delete(UNKNOWN);
    const ranked = [...counts].sort(([a, m], [b, n]) => n - m || compareLabels(b, a)).map(([token]) => token);
    const { maxTokens } = this.#options;
    this.#number(maxTokens === null ? ranked : ranked.slice(0, maxTokens - this.#reserved.length));
  }

  /** Sets the vocabulary, with or without the reserved tokens in front. */
  setVocabulary(vocabulary: readonly string[]): void {
    const reserved = this.#reserved;
    const given = reserved.every((token, i) => vocabulary[i] === token);
    const tokens = given ? vocabulary.slice(reserved.length) : [...vocabulary];
    const seen = new Set<string>();
    for (const token of tokens) {
      if (seen.has(token))
        throw new ValueError('repeated-token', `vocabulary: the token '${token}' occurs twice.`);
      seen.add(token);
    }
    if (seen.has('')) {
      const expected = reserved.map((token) => `'${token}'`).join(', ');
      throw new ValueError(
        'reserved-token',
        `vocabulary: '' is reserved; leave the reserved tokens out, or begin with ${expected}.`,
      );
    }
    const { maxTokens } = this.#options;
    const size = tokens.length + reserved.length;
    if (size === reserved.length || (maxTokens !== null && size > maxTokens)) {
      throw new ValueError(
        'vocabulary-size',
        `vocabulary: expected 1 to ${maxTokens ?? 'any number of'} tokens with the reserved ones, got ${size}.`,
      );
    }
    this.#options.vocabulary = tokens;
    this.#number(tokens);
  }

  /** The tokens in the order of their numbers: '' and '[UNK]' first for 'int', '[UNK]' alone for other modes. */
  getVocabulary({ includeSpecialTokens = true }: { includeSpecialTokens?: boolean } = {}): string[] {
    return includeSpecialTokens ? [...this.#reserved, ...this.#tokens] : [...this.#tokens];
  }

  /** Number of tokens, the reserved ones included. */
  vocabularySize(): number {
    return this.#reserved.length + this.#tokens.length;
  }

  /** The options with the vocabulary as it is now: `new TextVectorization(config)` maps texts the same way. */
  getConfig(): TextVectorizationOptions<Sparse> {
    return {
      ...this.#options,
      vocabulary: this.#tokens.length > 0 ? [...this.#tokens] : null,
    } as TextVectorizationOptions<Sparse>;
  }

  /**
   * The numbers of `texts`. For 'int' an int32 Tensor [n, length], filled with 0 and cut at the end; for other modes
   * a float32 Tensor, or with `sparse` a SparseMatrix, [n, vocabulary size].
   */
  call(texts: readonly (string | readonly string[])[]): Sparse extends true ? SparseMatrix : Tensor {
    return this.#call(texts) as Sparse extends true ? SparseMatrix : Tensor;
  }

  #call(texts: readonly (string | readonly string[])[]): Tensor | SparseMatrix {
    if (this.#tokens.length === 0) {
      throw new ConfigError('no-vocabulary', 'TextVectorization: call adapt() or setVocabulary() first.');
    }
    const { outputMode, outputSequenceLength, sparse } = this.#options;
    const rows = texts.map((text) => this.#lookUp(text));
    if (outputMode === 'int') {
      const maxlen = outputSequenceLength ?? undefined;
      return padSequences(rows, { maxlen, padding: 'post', truncating: 'post' });
    }
    const counts = rows.map((row) => {
      const count = new Map<number, number>();
      for (const number of row.sort((a, b) => a - b)) count.set(number, (count.get(number) ?? 0) + 1);
      return count;
    });
    const one = outputMode === 'multi_hot';
    const columns = this.#options.padToMaxTokens ? this.#options.maxTokens! : this.vocabularySize();
    if (!sparse) {
      const dense = new Float32Array(rows.length * columns);
      counts.forEach((count, r) => {
        for (const [number, times] of count) dense[r * columns + number] = one ? 1 : times;
      });
      return new Tensor(dense, [rows.length, columns]);
    }
    const { indptr, indices } = SparseMatrix.fromRows(
      counts.map((count) => [...count.keys()]),
      columns,
    );
    const values = one ? undefined : Float32Array.from(counts.flatMap((count) => [...count.values()]));
    return new SparseMatrix({ shape: [rows.length, columns], indptr, indices, values });
  }

  get #reserved(): readonly string[] {
    return this.#options.outputMode === 'int' ? ['', UNKNOWN] : [UNKNOWN];
  }

  #number(tokens: readonly string[]): void {
    this.#tokens = tokens;
    this.#numbers = new Map(tokens.map((token, i) => [token, i + this.#reserved.length]));
  }

  /** Token numbers of one text; the empty token is padding and counts for nothing in other modes. */
  #lookUp(text: string | readonly string[]): number[] {
    const int = this.#options.outputMode === 'int';
    const tokens = this.#split(text);
    const unknown = int ? 1 : 0;
    return (int ? tokens : tokens.filter(Boolean)).map((t) =>
      t === '' ? 0 : (this.#numbers.get(t) ?? unknown),
    );
  }

  #split(given: string | readonly string[]): string[] {
    let text = Array.isArray(given) && given.length === 1 ? (given[0] as string) : (given as string);
    if (typeof text !== 'string') {
      throw new ValueError('not-a-text', `texts: expected strings, got ${describe(given)}.`);
    }
    const { standardize, split } = this.#options;
    if (typeof standardize === 'function') text = standardize(text);
    else if (standardize) {
      if (standardize.startsWith('lower')) text = text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
      if (standardize.endsWith('strip_punctuation')) text = text.replace(PUNCTUATION, '');
    }
    if (typeof split === 'function') return split(text);
    return split === 'character' ? Array.from(text) : text.split(WHITE_SPACE).filter(Boolean);
  }
}
