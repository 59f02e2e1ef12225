import { FourlaneError, RuntimeUnsupportedError } from '../errors.js';
import { absoluteUrl, hasThreads, startThread, type Thread, type ThreadEvents } from '../threads/index.js';
import text from './source.js';
import type { Message, Reply } from './wire.js';

/** @throws RuntimeUnsupportedError `no-worker`, FourlaneError `worker-start`, ValueError for an address that is none. */
export function startWorker(
  workerUrl: string | URL | undefined,
  events: ThreadEvents<Reply>,
): Thread<Message> {
  const url = workerUrl === undefined ? undefined : absoluteUrl(workerUrl, 'inWorker: workerUrl');
  const script = { text, url };
  if (!hasThreads(script)) {
    throw new RuntimeUnsupportedError(
      'no-worker',
      'inWorker: this platform has no workers, or this build of Fourlane carries none. Train on this thread: ' +
        'model.fit gives other work its turn every 50 ms.',
    );
  }
  try {
    return startThread(script, events);
  } catch (cause) {
    throw startError(url, cause instanceof Error ? cause.message : String(cause), cause);
  }
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
