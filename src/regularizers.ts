import { ValueError } from './errors.js';

/** Adds `l1 * sum|w| + l2 * sum w^2` to the loss, as Keras's regularizers. */
export interface Regularizer {
  readonly name: string;
  /** The options that make an equal one. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly l1: number;
  readonly l2: number;
}

/** `l1 * sum|w|` (default 0.01). */
export function l1({ l1 = 0.01 }: { l1?: number } = {}): Regularizer {
  return regularizer('l1', { l1 });
}

/** `l2 * sum w^2` (default 0.01). */
export function l2({ l2 = 0.01 }: { l2?: number } = {}): Regularizer {
  return regularizer('l2', { l2 });
}

/** Both together (defaults 0). */
export function l1l2({ l1 = 0, l2 = 0 }: { l1?: number; l2?: number } = {}): Regularizer {
  return regularizer('l1l2', { l1, l2 });
}

function regularizer(name: string, config: { l1?: number; l2?: number }): Regularizer {
  const { l1 = 0, l2 = 0 } = config;
  for (const factor of [l1, l2]) {
    if (factor >= 0 && Number.isFinite(factor)) continue;
    throw new ValueError(
      'regularizer',
      `regularizers.${name}: a factor must be 0 or above, but got ${factor}.`,
    );
  }
  return { name, config, l1, l2 };
}
