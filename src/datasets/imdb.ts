import { checkInteger } from '../data/prepare/options.js';
import { Tensor } from '../data/tensor.js';
import { FormatError } from '../errors.js';
import { checkOptions } from '../names.js';
import { type DataSource, gunzip, readRequired } from './source.js';

/** Options of `imdb`. */
export interface ImdbOptions {
  /** Name of the file, with or without `.gz`; default 'imdb.json'. */
  file?: string;
  /** Keep words numbered below this, of which the most frequent come first; others become 2. Default: all. */
  numWords?: number;
}

/** Options of `imdbWordIndex`. */
export interface ImdbWordIndexOptions {
  /** Name of the JSON file, with or without `.gz`; default 'imdb_word_index.json'. */
  file?: string;
}

/** Reviews and what they say. */
export interface ReviewPart {
  /** One list of word numbers per review: 1 starts it, 2 stands for left-out words, others are word + 3. */
  x: number[][];
  /** int32 [n]: 0 negative, 1 positive. */
  y: Tensor;
}

const LEFT_OUT = 2;

/**
 * Reads film reviews as lists of word numbers, as `keras.datasets.imdb.load_data` gives them, from a JSON file
 * `{ x_train, y_train, x_test, y_test }`. `multiHot` or `padSequences` make model input of them.
 *
 * @param source the address of a folder, or a store that reads files by name.
 * @throws FormatError `file-missing`, `html-instead-of-data`, `http-status`, `gzip` or `imdb-file`; ConfigError
 *   `unknown-option`; ValueError `not-an-integer`.
 */
export async function imdb(
  source: DataSource,
  options: ImdbOptions = {},
): Promise<{ train: ReviewPart; test: ReviewPart }> {
  checkOptions(options, ['file', 'numWords'], 'imdb');
  const { file = 'imdb.json', numWords } = options;
  if (numWords !== undefined) checkInteger(numWords, 'numWords', LEFT_OUT + 1);
  const content = await readJson(source, file);
  const part = (name: string): ReviewPart => {
    const [x, y] = [content[`x_${name}`], content[`y_${name}`]];
    if (
      !isSequences(x) ||
      !Array.isArray(y) ||
      y.length !== x.length ||
      !y.every((label) => label === 0 || label === 1)
    ) {
      throw new FormatError(
        'imdb-file',
        `${file}: expected x_${name}, lists of word numbers, and y_${name}, as many labels 0 or 1.`,
      );
    }
    const limit = numWords ?? Number.POSITIVE_INFINITY;
    return {
      x: x.map((words) => words.map((word) => (word < limit ? word : LEFT_OUT))),
      y: new Tensor(Int32Array.from(y as number[]), [y.length]),
    };
  };
  return { train: part('train'), test: part('test') };
}

/**
 * Reads the numbers of the words, from 1 for the most frequent, as `keras.datasets.imdb.get_word_index` gives them.
 * In reviews a word has its number + 3.
 * @throws as `imdb`.
 */
export async function imdbWordIndex(
  source: DataSource,
  options: ImdbWordIndexOptions = {},
): Promise<Map<string, number>> {
  checkOptions(options, ['file'], 'imdbWordIndex');
  const { file = 'imdb_word_index.json' } = options;
  const entries = Object.entries(await readJson(source, file));
  const wrong = entries.find(([, number]) => !Number.isInteger(number));
  if (wrong)
    throw new FormatError(
      'imdb-file',
      `${file}: expected a number for every word, got none for '${wrong[0]}'.`,
    );
  return new Map(entries as [string, number][]);
}

async function readJson(source: DataSource, file: string): Promise<Record<string, unknown>> {
  const name = file.replace(/\.gz$/, '');
  const bytes = await gunzip(await readRequired(source, [`${name}.gz`, name]), name);
  try {
    const content: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof content === 'object' && content !== null && !Array.isArray(content)) {
      return content as Record<string, unknown>;
    }
  } catch (cause) {
    throw new FormatError('imdb-file', `${name}: is not JSON.`, { cause });
  }
  throw new FormatError('imdb-file', `${name}: expected a JSON object.`);
}

function isSequences(value: unknown): value is number[][] {
  return (
    Array.isArray(value) &&
    value.every((words) => Array.isArray(words) && words.every((word) => Number.isInteger(word) && word >= 0))
  );
}
