import { ConfigError, ShapeError, ValueError } from './errors.js';
import { withDefaults } from './names.js';
import type { Builder } from './plan/builder.js';
import { type Size, Value } from './plan/value.js';
import { formatShape } from './shape.js';
import { core } from './wasm/core.js';

/** A weight that is penalised, and where the penalty goes. */
export interface Penalized {
  readonly weight: Value;
  /** What its derivative is added to; undefined where nothing is trained. */
  readonly gradient: Value | undefined;
  /** A sum over samples in which each bears the whole penalty. */
  readonly penalty: Value;
  readonly samples: Size;
}

/** Adds a penalty on a weight to the loss, as Keras's regularizers. */
export interface Regularizer {
  readonly name: string;
  /** The options that make an equal one. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Emits the penalty on a weight and its derivative. */
  emit(b: Builder, penalized: Penalized): void;
  /** Emits the penalty on the output of a layer, divided by the number of samples. */
  emitActivity(b: Builder, output: Value): void;
}

export interface L1Options {
  /** What |w| is multiplied by. Default 0.01. */
  l1?: number;
}

export interface L2Options {
  /** What w^2 is multiplied by. Default 0.01. */
  l2?: number;
}

export interface L1L2Options {
  /** What |w| is multiplied by. Default 0. */
  l1?: number;
  /** What w^2 is multiplied by. Default 0. */
  l2?: number;
}

/** `l1 * sum|w|` (default 0.01). */
export function l1(options: L1Options = {}): Regularizer {
  return regularizer('l1', withDefaults('regularizers.l1', options, { l1: 0.01 }));
}

/** `l2 * sum w^2` (default 0.01). */
export function l2(options: L2Options = {}): Regularizer {
  return regularizer('l2', withDefaults('regularizers.l2', options, { l2: 0.01 }));
}

/** Both together (defaults 0). */
export function l1l2(options: L1L2Options = {}): Regularizer {
  return regularizer('l1l2', withDefaults('regularizers.l1l2', options, { l1: 0, l2: 0 }));
}

function regularizer(name: string, config: { l1?: number; l2?: number }): Regularizer {
  const { l1 = 0, l2 = 0 } = config;
  for (const factor of [l1, l2]) checkFactor(name, factor);
  return {
    name,
    config,
    emit(b, { weight, gradient, penalty, samples }) {
      b.emit(core, 'regularize', penalty, gradient ?? 0, weight, l1, l2, samples, weight.count);
    },
    emitActivity: (b, output) => b.penalize(output, l1, l2),
  };
}

export interface OrthogonalOptions {
  /** Default 0.01. */
  factor?: number;
  /** What should be orthogonal. Default 'rows'. */
  mode?: 'rows' | 'columns';
}

/**
 * `factor` times the mean over all pairs of rows (or columns) of half the sum of |cosine| in both directions, as Keras's
 * OrthogonalRegularizer; for matrices only.
 */
export function orthogonalRegularizer(options: OrthogonalOptions = {}): Regularizer {
  const name = 'orthogonalRegularizer';
  const defaults = { factor: 0.01, mode: 'rows' } as const;
  const { factor, mode } = withDefaults<Required<OrthogonalOptions>>(
    `regularizers.${name}`,
    options,
    defaults,
  );
  checkFactor(name, factor);
  if (mode !== 'rows' && mode !== 'columns') {
    throw new ValueError(
      'regularizer',
      `regularizers.${name}: mode must be 'rows' or 'columns', but got '${mode}'.`,
    );
  }
  return {
    name,
    config: { factor, mode },
    emit: (b, penalized) => emitOrthogonal(b, penalized, factor, mode),
    emitActivity() {
      throw new ConfigError(
        'option-value',
        `regularizers.${name} is for weights; an activityRegularizer is l1, l2 or l1l2.`,
      );
    },
  };
}

/** What Keras divides by at least when it normalises. */
const EPSILON = 1e-7;

function emitOrthogonal(b: Builder, penalized: Penalized, factor: number, mode: 'rows' | 'columns'): void {
  const { weight, gradient, penalty, samples } = penalized;
  if (weight.shape.length !== 2) {
    throw new ShapeError(
      'layer-shape',
      `regularizers.orthogonalRegularizer is for matrices, but got a weight of shape ${formatShape(weight.shape)}.`,
    );
  }
  const [m, n] = weight.shape;
  const [rows, cols] = mode === 'rows' ? [m, n] : [n, m];
  const matrix = () => new Value([rows, cols]);
  const turned = (x: Value, height: number, width: number): Value => {
    if (mode === 'rows') return x;
    const y = new Value([width, height]);
    b.emit(core, 'transpose', y, x, height, width, 1, 1);
    return y;
  };
  const [u, du, dw, inverse] = [matrix(), matrix(), matrix(), new Value([rows])];
  b.emit(core, 'unitNormalize', u, inverse, turned(weight, m, n), EPSILON, rows, cols);
  const pairs = (rows * (rows - 1)) / 2;
  b.emit(core, 'orthogonalPenalty', penalty, du, u, pairs && (0.5 * factor) / pairs, samples, rows, cols);
  if (!gradient) return;
  b.emit(core, 'unitNormalizeBackward', dw, du, u, inverse, EPSILON, rows, cols);
  b.emit(core, 'add', gradient, gradient, turned(dw, rows, cols), gradient.count);
}

function checkFactor(name: string, factor: number): void {
  if (factor >= 0 && Number.isFinite(factor)) return;
  throw new ValueError(
    'regularizer',
    `regularizers.${name}: a factor must be 0 or above, but got ${factor}.`,
  );
}
