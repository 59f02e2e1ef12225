import { nodeThreads } from './platform.js';

/** The end of the wire inside a thread. */
export interface Port<Out, In> {
  post(message: Out, transfer?: Iterable<ArrayBuffer>): void;
  listen(listener: (message: In) => void): void;
}

/** The way out of this thread, whatever the platform made it of; undefined where this is none. */
export function openPort<Out, In>(): Port<Out, In> | undefined {
  const parent = nodeThreads()?.parentPort;
  if (parent) {
    return {
      post: (message, transfer = []) => parent.postMessage(message, [...transfer]),
      listen: (listener) => void parent.on('message', listener),
    };
  }
  if (!('WorkerGlobalScope' in globalThis) || typeof postMessage !== 'function') return undefined;
  return {
    post: (message, transfer = []) => postMessage(message, [...transfer]),
    listen: (listener) => addEventListener('message', ({ data }: MessageEvent<In>) => listener(data)),
  };
}
