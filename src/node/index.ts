/** `fourlane/node`: what only Node (and runtimes like it) can do: files and terminals. */
export { fileStore, type Store } from './files.js';
export { progressBar } from './progress.js';
