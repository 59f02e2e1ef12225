import { checkOptions } from '../../names.js';
import { Callback } from '../callback.js';
import type { Logs } from '../scoreboard.js';

export interface RemoteMonitorOptions {
  /** The address of the server. Default 'http://localhost:9000'. */
  root?: string;
  /** The path on it. Default '/publish/epoch/end/'. */
  path?: string;
  /** The field of the form that holds the JSON. Default 'data'. */
  field?: string;
  /** Headers that are sent along. Default: none. */
  headers?: Readonly<Record<string, string>>;
  /** Whether JSON is sent instead of a form. Default false. */
  sendAsJson?: boolean;
}

const OPTIONS = ['root', 'path', 'field', 'headers', 'sendAsJson'];

/** Posts the number and the logs of every epoch to a server, by `fetch`. A server that is not there is warned of. */
export class RemoteMonitor extends Callback {
  readonly root: string;
  readonly path: string;
  readonly field: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly sendAsJson: boolean;

  constructor(options: RemoteMonitorOptions = {}) {
    super();
    checkOptions(options, OPTIONS, 'callbacks.remoteMonitor');
    this.root = options.root ?? 'http://localhost:9000';
    this.path = options.path ?? '/publish/epoch/end/';
    this.field = options.field ?? 'data';
    this.headers = options.headers ?? {};
    this.sendAsJson = options.sendAsJson ?? false;
  }

  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const json = JSON.stringify({ epoch, ...logs });
    const body = this.sendAsJson ? json : new URLSearchParams({ [this.field]: json });
    const headers = this.sendAsJson ? { 'content-type': 'application/json', ...this.headers } : this.headers;
    try {
      const response = await fetch(this.root + this.path, { method: 'POST', body, headers });
      await response.body?.cancel();
    } catch (error) {
      console.warn(`callbacks.remoteMonitor: ${this.root} cannot be reached (${String(error)}).`);
    }
  }
}
