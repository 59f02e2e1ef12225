import type { Labels } from '../data/prepare/arrays.js';
import { checkInteger } from '../data/prepare/options.js';
import { ConfigError, ShapeError } from '../errors.js';
import { checkOptions } from '../names.js';
import { type AverageScores, type ClassScores, scoresOf } from './classification.js';
import { labelPair } from './labels.js';

/** Options of `classificationReport`. */
export interface ClassificationReportOptions<Dict extends boolean = boolean> {
  /** The classes and their order; default: all that occur, sorted. */
  labels?: Labels;
  /** Names to show for the classes, in the same order; default: the labels. */
  targetNames?: readonly string[];
  /** Digits after the point in the text; default 2. */
  digits?: number;
  /** Return numbers by name instead of a text; default false. */
  outputDict?: Dict;
  /** The score where its divisor is 0; default 0. */
  zeroDivision?: number;
}

/** One line of the report. */
export interface ReportRow {
  precision: number;
  recall: number;
  'f1-score': number;
  support: number;
}

/**
 * The report as numbers: a row per class name, 'macro avg', 'weighted avg', and either `accuracy` or, where `labels`
 * leaves out classes that occur, 'micro avg'.
 */
export type ReportDict = Record<string, ReportRow> & Record<'accuracy', number>;

/**
 * Precision, recall, F1 and support of every class and their averages, as the text that scikit-learn's
 * `classification_report` prints, to the character; with `outputDict` as numbers.
 *
 * @throws as `confusionMatrix`; ShapeError `target-names`; ConfigError `unknown-option` or `reserved-name`; ValueError
 *   `not-an-integer`.
 */
export function classificationReport<Dict extends boolean = false>(
  yTrue: Labels,
  yPred: Labels,
  options: ClassificationReportOptions<Dict> = {},
): Dict extends true ? ReportDict : string {
  const known = ['labels', 'targetNames', 'digits', 'outputDict', 'zeroDivision'];
  checkOptions(options, known, 'classificationReport');
  const { digits = 2, zeroDivision = 0 } = options;
  checkInteger(digits, 'digits', 0, 15);
  const pair = labelPair(yTrue, yPred, options.labels);
  const names = options.targetNames ?? pair.classes.map(String);
  if (names.length !== pair.classes.length) {
    throw new ShapeError(
      'target-names',
      `targetNames: expected ${pair.classes.length} names, one for each of the classes ${pair.classes.join(', ')}, ` +
        `got ${names.length}. The option labels chooses the classes.`,
    );
  }
  const scores = scoresOf(pair, { zeroDivision }) as ClassScores;
  const support = scores.support.reduce((sum, count) => sum + count, 0);
  const rows = names.map((name, k): [string, ReportRow] => [
    name,
    {
      precision: scores.precision[k],
      recall: scores.recall[k],
      'f1-score': scores.fscore[k],
      support: scores.support[k],
    },
  ]);
  const averages = (['micro', 'macro', 'weighted'] as const).map((average): [string, ReportRow] => {
    const { precision, recall, fscore } = scoresOf(pair, { average, zeroDivision }) as AverageScores;
    return [`${average} avg`, { precision, recall, 'f1-score': fscore, support }];
  });
  // Over all classes that occur, the micro average of every score is the accuracy.
  const chosen = new Set(pair.classes);
  if (pair.present.every((label) => chosen.has(label))) averages[0][0] = 'accuracy';
  const report = options.outputDict ? toDict(rows, averages) : toText(rows, averages, digits);
  return report as Dict extends true ? ReportDict : string;
}

function toDict(rows: [string, ReportRow][], averages: [string, ReportRow][]): ReportDict {
  const reserved = new Set(averages.map(([name]) => name));
  const clash = rows.find(([name]) => reserved.has(name));
  if (clash) {
    throw new ConfigError(
      'reserved-name',
      `targetNames: '${clash[0]}' is the name of a line of the report itself.`,
    );
  }
  const lines = averages.map(([name, row]) => [name, name === 'accuracy' ? row.precision : row]);
  return Object.fromEntries([...rows, ...lines]) as ReportDict;
}

function toText(rows: [string, ReportRow][], averages: [string, ReportRow][], digits: number): string {
  const lengths = rows.map(([name]) => [...name].length);
  const width = Math.max(...lengths, 'weighted avg'.length, digits);
  const right = (text: string, size: number) => ' '.repeat(Math.max(0, size - [...text].length)) + text;
  const line = (name: string, cells: string[]) =>
    `${right(name, width)} ${cells.map((cell) => ` ${right(cell, 9)}`).join('')}\n`;
  const numbers = ([name, row]: [string, ReportRow]) => {
    const [precision, recall, f1] = [row.precision, row.recall, row['f1-score']].map((x) =>
      toFixed(x, digits),
    );
    return line(
      name,
      name === 'accuracy' ? ['', '', f1, `${row.support}`] : [precision, recall, f1, `${row.support}`],
    );
  };
  const head = line('', ['precision', 'recall', 'f1-score', 'support']);
  return `${head}\n${rows.map(numbers).join('')}\n${averages.map(numbers).join('')}`;
}

/** As `toFixed`, but a tie goes to the even digit as in Python: 0.125 gives '0.12', 0.375 gives '0.38'. */
function toFixed(value: number, digits: number): string {
  const scaled = value * 10 ** digits;
  const below = Math.floor(scaled);
  // Only a multiple of 2^-(digits + 1) can lie exactly between two decimals, and then the product above is exact.
  const tie = scaled - below === 0.5 && Number.isInteger(value * 2 ** (digits + 1));
  if (Number.isNaN(value)) return 'nan';
  return tie && below % 2 === 0 ? (below / 10 ** digits).toFixed(digits) : value.toFixed(digits);
}
