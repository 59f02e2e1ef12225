import { ConfigError } from '../errors.js';
import type { CompileOptions } from '../model/compile.js';
import { nameOf } from '../registry.js';
import {
  type Described,
  describe,
  isDescribed,
  resolveLoss,
  resolveMetric,
  resolveOptimizer,
} from '../resolve.js';
import { isShipped } from '../shipped.js';

type Resolve = (like: Described) => object;

/**
 * What `compile` was told, with names and options in the place of objects.
 *
 * @throws ConfigError `own-part` for losses, metrics and optimizers that Fourlane does not ship.
 */
export function describeArguments(options: CompileOptions): CompileOptions {
  const { optimizer, loss, metrics, weightedMetrics, lossWeights } = options;
  const metric: Resolve = (like) => resolveMetric(like, 0, 'values');
  const given = {
    optimizer: described(optimizer, resolveOptimizer),
    loss: described(loss, resolveLoss),
    metrics: described(metrics, metric),
    weightedMetrics: described(weightedMetrics, metric),
    lossWeights,
  };
  return given as CompileOptions;
}

function described(part: unknown, resolve: Resolve): unknown {
  if (typeof part === 'function') return registeredFunction(part as () => unknown);
  if (typeof part !== 'object' || part === null) return part;
  if (Array.isArray(part)) return part.map((entry) => described(entry, resolve));
  if (isDescribed(part)) {
    const like = describe(part);
    if (!hasFunctions(like) && makesEqual(like, part, resolve)) return like;
  }
  if (isDescribed(part) || 'build' in part || 'hyperparameters' in part) {
    const { name } = part as { name?: unknown };
    throw new ConfigError(
      'own-part',
      `inWorker: '${String(name)}' in what compile was told is not as Fourlane ships it. Its functions cannot be sent ` +
        'to a worker; train this model here.',
    );
  }
  return Object.fromEntries(Object.entries(part).map(([key, entry]) => [key, described(entry, resolve)]));
}

/** A function crosses by the name under which the worker's own setup module has registered it as well. */
function registeredFunction(fn: () => unknown): Described {
  const name = nameOf(fn);
  if (name !== undefined) return { name, config: {} };
  throw new ConfigError(
    'own-part',
    `inWorker: the function '${fn.name}' in what compile was told cannot be sent to a worker: register it here and in ` +
      "the setup module, fl.register('name', fn), or train this model here.",
  );
}

/** A learning rate, for instance, may be a function. */
function hasFunctions({ config }: Described): boolean {
  return Object.values(config).some((option) => typeof option === 'function');
}

/** Whether name and options say everything: a copy may have been given another name or another method. */
function makesEqual(like: Described, part: object, resolve: Resolve): boolean {
  try {
    const again = resolve(like);
    if ('build' in part) return isShipped(part);
    return !('hyperparameters' in part) || part.constructor === again.constructor;
  } catch {
    return false;
  }
}
