import { ConfigError } from '../../errors.js';
import { checkOptions, toSnakeCase } from '../../names.js';
import { checkInteger, describe } from './options.js';

type Standardize =
  | 'lower_and_strip_punctuation'
  | 'lowerAndStripPunctuation'
  | 'lower'
  | 'strip_punctuation'
  | 'stripPunctuation';

/** Options of `TextVectorization`, with Keras's defaults. */
export interface TextVectorizationOptions<Sparse extends boolean = boolean> {
  /** Largest size of the vocabulary, the tokens for padding and unknown words included; default: no limit. */
  maxTokens?: number | null;
  /** What is done to a text before it is split; default 'lower_and_strip_punctuation'. A function may do it. */
  standardize?: Standardize | null | ((text: string) => string);
  /** How a text is split into tokens; default 'whitespace'. A function may do it. */
  split?: 'whitespace' | 'character' | ((text: string) => string[]);
  /**
   * 'int' (default): token numbers in order, 0 as padding, 1 for unknown tokens. 'multi_hot' and 'count': one column
   * per token of the vocabulary, column 0 for unknown ones.
   */
  outputMode?: 'int' | 'multi_hot' | 'multiHot' | 'count';
  /** For 'int': the length of every row; default: that of the longest text of the call. */
  outputSequenceLength?: number | null;
  /** For the other modes: maxTokens columns even where the vocabulary is smaller; default false. */
  padToMaxTokens?: boolean;
  /** The tokens, in place of `adapt`. Those for padding and unknown words may stand in front. Default null: none yet. */
  vocabulary?: readonly string[] | null;
  /** For the other modes: return a SparseMatrix; default false. */
  sparse?: Sparse;
}

/** All options, spelt as Keras spells them. */
export type VectorizationSettings = Required<TextVectorizationOptions>;

const DEFAULTS: VectorizationSettings = {
  maxTokens: null,
  standardize: 'lower_and_strip_punctuation',
  split: 'whitespace',
  outputMode: 'int',
  outputSequenceLength: null,
  padToMaxTokens: false,
  vocabulary: null,
  sparse: false,
};

/**
 * The options with the defaults filled in.
 *
 * @throws ConfigError `unknown-option`, `unknown-choice`, `option-mode` or `max-tokens`; ValueError `not-an-integer`.
 */
export function withDefaults(options: TextVectorizationOptions): VectorizationSettings {
  checkOptions(options, Object.keys(DEFAULTS), 'TextVectorization');
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const spelt = given.map(([key, value]) => {
    const named = key === 'standardize' || key === 'outputMode';
    return [key, named && typeof value === 'string' ? toSnakeCase(value) : value];
  });
  const settings = { ...DEFAULTS, ...Object.fromEntries(spelt) };
  checkSettings(settings);
  return settings;
}

function checkSettings(options: VectorizationSettings): void {
  const { maxTokens, standardize, split, outputMode, outputSequenceLength, padToMaxTokens, sparse } = options;
  const choice = (name: string, value: unknown, known: readonly unknown[]) => {
    if (known.includes(value) || (typeof value === 'function' && name !== 'outputMode')) return;
    const list = known.map((entry) => (entry === null ? 'null' : `'${entry}'`)).join(', ');
    throw new ConfigError('unknown-choice', `${name}: expected one of ${list}, got ${describe(value)}.`);
  };
  choice('standardize', standardize, ['lower_and_strip_punctuation', 'lower', 'strip_punctuation', null]);
  choice('split', split, ['whitespace', 'character']);
  choice('outputMode', outputMode, ['int', 'multi_hot', 'count']);
  if (outputSequenceLength !== null) checkInteger(outputSequenceLength, 'outputSequenceLength', 0);
  if (maxTokens !== null) checkInteger(maxTokens, 'maxTokens', 2);
  else if (padToMaxTokens)
    throw new ConfigError('max-tokens', 'padToMaxTokens: needs maxTokens, which is not set.');
  if (outputMode !== 'int' && outputSequenceLength !== null) {
    throw new ConfigError('option-mode', "outputSequenceLength: is only for outputMode 'int'.");
  }
  if (outputMode === 'int' && (sparse || padToMaxTokens)) {
    throw new ConfigError(
      'option-mode',
      `${sparse ? 'sparse' : 'padToMaxTokens'}: is not for outputMode 'int'.`,
    );
  }
}
