/** The threads of Node, and of Deno and Bun, which have them under the same name; undefined elsewhere. */
export function nodeThreads(): typeof import('node:worker_threads') | undefined {
  // A page may carry a `process` that some bundler made up, or run inside Electron: it has workers of its own.
  if ('document' in globalThis && 'Worker' in globalThis) return undefined;
  return globalThis.process?.getBuiltinModule?.('node:worker_threads');
}
