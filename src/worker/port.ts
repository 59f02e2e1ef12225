import { nodeThreads } from './platform.js';
import type { Message, Reply } from './wire.js';

/** The worker's end of the wire. */
export interface Port {
  post(reply: Reply, transfer: Iterable<ArrayBuffer>): void;
  listen(listener: (message: Message) => void): void;
}

/** The way out of this worker, whatever the platform made it of. */
export function openPort(): Port {
  const parent = nodeThreads()?.parentPort;
  if (parent) {
    return {
      post: (reply, transfer) => parent.postMessage(reply, [...transfer]),
      listen: (listener) => void parent.on('message', listener),
    };
  }
  return {
    post: (reply, transfer) => globalThis.postMessage(reply, [...transfer]),
    listen: (listener) =>
      globalThis.addEventListener('message', ({ data }: MessageEvent<Message>) => listener(data)),
  };
}
