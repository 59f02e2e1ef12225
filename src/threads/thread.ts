import { nodeThreads } from './platform.js';

/** What a thread runs: a script that imports nothing, at an address or as text. */
export interface Script {
  /** Empty where this build carries none. */
  readonly text: string;
  readonly url: string | undefined;
}

/** A thread, whatever the platform makes it of. */
export interface Thread<Out> {
  post(message: Out, transfer?: readonly ArrayBuffer[]): void;
  terminate(): unknown;
  /** Whether the process must stay alive for it. */
  hold(held: boolean): void;
}

export interface ThreadEvents<In> {
  message(message: In): void;
  /** It is gone, or has failed in a way that leaves it in an unknown state. */
  death(reason: string): void;
}

/** Whether the platform has threads, and this build of Fourlane something that they can run. */
export function hasThreads({ text, url }: Script): boolean {
  return Boolean(nodeThreads() || typeof Worker !== 'undefined') && Boolean(url || text);
}

/** @throws whatever the platform throws where it refuses. */
export function startThread<Out, In>(script: Script, events: ThreadEvents<In>): Thread<Out> {
  const threads = nodeThreads();
  return threads ? nodeThread(threads, script, events) : webWorker(script, events);
}

function nodeThread<Out, In>(
  { Worker: NodeWorker }: typeof import('node:worker_threads'),
  { text, url }: Script,
  { message, death }: ThreadEvents<In>,
): Thread<Out> {
  const worker = url ? new NodeWorker(new URL(url)) : new NodeWorker(text, { eval: true });
  worker.on('message', message);
  worker.on('error', (error) => death(error instanceof Error ? error.message : String(error)));
  worker.on('messageerror', () => death('a message could not be read'));
  worker.on('exit', (code) => death(`it ended with exit code ${code}`));
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    terminate: () => worker.terminate(),
    hold: (held) => (held ? worker.ref() : worker.unref()),
  };
}

function webWorker<Out, In>({ text, url }: Script, { message, death }: ThreadEvents<In>): Thread<Out> {
  const blobUrl = url ? '' : URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  const worker = new Worker(url ?? blobUrl, { type: 'module' });
  worker.onmessage = ({ data }) => {
    // The first one says that the script has been read.
    URL.revokeObjectURL(blobUrl);
    message(data);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    URL.revokeObjectURL(blobUrl);
    death(event.message || 'the browser gives no reason');
  };
  worker.onmessageerror = () => death('a message could not be read');
  return {
    post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
    terminate: () => worker.terminate(),
    hold: () => {},
  };
}
