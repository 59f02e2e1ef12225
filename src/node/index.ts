/** `fourlane/node`: what only Node (and runtimes like it) can do: files and terminals. */
export type { Store } from '../file/store.js';
export { fileStore } from './files.js';
export { progressBar } from './progress.js';
