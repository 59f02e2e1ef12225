import { nodeThreads } from './platform.js';
import type { Message, Reply } from './wire.js';

/** The worker's end of the wire. */
export interface Port {
  post(reply: Reply, transfer: Iterable<ArrayBuffer>): void;
  listen(listener: (message: Message) => void): void;
}

/** The way out of this worker, whatever the platform made it of; undefined where this is no worker. */
export function openPort(): Port | undefined {
  const parent = nodeThreads()?.parentPort;
  if (parent) {
    return {
      post: (reply, transfer) => parent.postMessage(reply, [...transfer]),
      listen: (listener) => void parent.on('message', listener),
    };
  }
  if (!('WorkerGlobalScope' in globalThis) || typeof postMessage !== 'function') return undefined;
  return {
    post: (reply, transfer) => postMessage(reply, [...transfer]),
    listen: (listener) => addEventListener('message', ({ data }: MessageEvent<Message>) => listener(data)),
  };
}
