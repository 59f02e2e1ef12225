import { ConfigError } from '../errors.js';
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
import type { CompileOptions } from './compile.js';

type Resolve = (like: Described) => object;

/**
 * What `compile` was told, with names and options in the place of objects. A function goes by the name under which it is
 * registered; whoever reads this has registered it as well.
 *
 * @param consequence ends the message of the error: why that is not possible, and what to do.
 * @throws ConfigError `own-part` for losses, metrics and optimizers that Fourlane does not ship, and functions without a name.
 */
export function describeArguments(options: CompileOptions, consequence: string): CompileOptions {
  const { optimizer, loss, metrics, weightedMetrics, lossWeights } = options;
  const metric: Resolve = (like) => resolveMetric(like, 0, 'values');
  const refuse = (part: object): never => {
    const { name } = part as { name?: unknown };
    const own = `'${String(name)}' in what compile was told is not as Fourlane ships it: ${consequence}`;
    const remedy =
      " Or register it, fl.register('name', fn), here and where it is read: for a worker in the setup module.";
    throw new ConfigError('own-part', typeof part === 'function' ? own + remedy : own);
  };
  const given = {
    optimizer: described(optimizer, resolveOptimizer, refuse),
    loss: described(loss, resolveLoss, refuse),
    metrics: described(metrics, metric, refuse),
    weightedMetrics: described(weightedMetrics, metric, refuse),
    lossWeights,
  };
  return given as CompileOptions;
}

function described(part: unknown, resolve: Resolve, refuse: (part: object) => never): unknown {
  if (typeof part === 'function') {
    const name = nameOf(part as () => unknown);
    return name === undefined ? refuse(part) : { name, config: {} };
  }
  if (typeof part !== 'object' || part === null) return part;
  if (Array.isArray(part)) return part.map((entry) => described(entry, resolve, refuse));
  if (isDescribed(part)) {
    const like = describe(part);
    if (!hasFunctions(like) && makesEqual(like, part, resolve)) return like;
  }
  if (isDescribed(part) || 'build' in part || 'hyperparameters' in part) return refuse(part);
  return Object.fromEntries(
    Object.entries(part).map(([key, entry]) => [key, described(entry, resolve, refuse)]),
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
