import { ConfigError } from '../../errors.js';
import type { Store } from '../../file/store.js';

/** @throws ConfigError `option-value` where that is no store. */
export function checkStore(store: Store, where: string): Store {
  const methods = ['read', 'write', 'remove'] as const;
  if (methods.every((method) => typeof store?.[method] === 'function')) return store;
  throw new ConfigError(
    'option-value',
    `callbacks.${where}: store must be an object with read, write and remove, such as fileStore(folder) of ` +
      `'fourlane/node' or memoryStore(), but got ${String(store)}.`,
  );
}
