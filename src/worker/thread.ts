import { FourlaneError, RuntimeUnsupportedError, ValueError } from '../errors.js';
import { nodeThreads } from './platform.js';
import workerSource from './source.js';
import type { Message, Reply } from './wire.js';

/** A worker, whatever the platform makes it of. */
export interface Thread {
  post(message: Message, transfer: readonly ArrayBuffer[]): void;
  terminate(): unknown;
  /** Whether the process must stay alive for it. */
  hold(held: boolean): void;
}

export interface ThreadEvents {
  reply(reply: Reply): void;
  /** It is gone, or has failed in a way that leaves it in an unknown state. */
  death(reason: string): void;
}

/** @throws RuntimeUnsupportedError `no-worker`, FourlaneError `worker-start`, ValueError for an address that is none. */
export function startThread(workerUrl: string | URL | undefined, events: ThreadEvents): Thread {
  const url = workerUrl === undefined ? undefined : absoluteUrl(workerUrl, 'workerUrl');
  const threads = nodeThreads();
  if ((!threads && typeof Worker === 'undefined') || (!url && !workerSource)) {
    throw new RuntimeUnsupportedError(
      'no-worker',
      'inWorker: this platform has no workers, or this build of Fourlane carries none. Train on this thread: ' +
        'model.fit gives other work its turn every 50 ms.',
    );
  }
  try {
    return threads ? nodeThread(threads, url, events) : webWorker(url, events);
  } catch (cause) {
    throw startError(url, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function nodeThread(
  { Worker: NodeWorker }: typeof import('node:worker_threads'),
  url: string | undefined,
  { reply, death }: ThreadEvents,
): Thread {
  const worker = url ? new NodeWorker(new URL(url)) : new NodeWorker(workerSource, { eval: true });
  worker.on('message', reply);
  worker.on('error', (error) => death(error instanceof Error ? error.message : String(error)));
  worker.on('messageerror', () => death('a message could not be read'));
  worker.on('exit', (code) => death(`it ended with exit code ${code}`));
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    terminate: () => worker.terminate(),
    hold: (held) => (held ? worker.ref() : worker.unref()),
  };
}

function webWorker(url: string | undefined, { reply, death }: ThreadEvents): Thread {
  const blobUrl = url ? '' : URL.createObjectURL(new Blob([workerSource], { type: 'text/javascript' }));
  const worker = new Worker(url ?? blobUrl, { type: 'module' });
  worker.onmessage = ({ data }) => {
    // The first one says that the script has been read.
    URL.revokeObjectURL(blobUrl);
    reply(data);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    URL.revokeObjectURL(blobUrl);
    death(event.message || 'the browser gives no reason');
  };
  worker.onmessageerror = () => death('a message could not be read');
  return {
    post: (message, transfer) => worker.postMessage(message, [...transfer]),
    terminate: () => worker.terminate(),
    hold: () => {},
  };
}

/** Why a worker did not start, and what to do. */
export function startError(url: string | URL | undefined, reason: string, cause?: unknown): FourlaneError {
  const advice = url
    ? 'The address must give the shipped file fourlane/worker-thread.js of this version, as JavaScript and from the ' +
      "page's own origin, and a content security policy must allow it (worker-src)."
    : 'Where a content security policy refuses blob: addresses (worker-src), serve the shipped file ' +
      "fourlane/worker-thread.js and hand its address in: inWorker(model, { workerUrl: '/worker-thread.js' }).";
  const where = url ? `from ${url}` : 'from a blob: address';
  return new FourlaneError(
    'worker-start',
    `The worker could not be started ${where}: ${reason.replace(/\.+$/, '')}. ${advice}`,
    {
      cause,
    },
  );
}

/** The absolute address of a file: a worker has no base of its own. @throws ValueError `option-value`. */
export function absoluteUrl(url: string | URL, option: string): string {
  try {
    return new URL(url, globalThis.location?.href).href;
  } catch {
    throw new ValueError(
      'option-value',
      `inWorker: ${option} must be an absolute address, such as new URL('./file.js', import.meta.url), but got ${url}.`,
    );
  }
}
