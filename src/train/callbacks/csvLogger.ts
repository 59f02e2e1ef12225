import type { Store } from '../../file/store.js';
import { checkOptions } from '../../names.js';
import { Callback } from '../callback.js';
import type { Logs } from '../scoreboard.js';

export interface CSVLoggerOptions {
  /** Where the table is written after every epoch, such as `fileStore(folder)`. Default: nowhere, read `text`. */
  store?: Store;
  /** The name of the file in the store. Default 'training.csv'. */
  filename?: string;
  /** What stands between two columns. Default ','. */
  separator?: string;
  /** Whether to go on with the file that is there, instead of a new one. Default false. */
  append?: boolean;
}

const QUOTED = /["\r\n]/;

/**
 * Writes a table: a row for each epoch with its number and its logs, in alphabetical order; `NA` where a figure is not
 * there. The columns are those of the first epoch; where none of them is of a validation, each has one with `val_` in
 * front behind them, as in Keras.
 */
export class CSVLogger extends Callback {
  readonly filename: string;
  readonly separator: string;
  readonly append: boolean;
  /** The table so far, of this run and, with `append`, of those before. */
  text = '';
  readonly #store: Store | undefined;
  #keys: string[] | undefined;

  constructor(options: CSVLoggerOptions = {}) {
    super();
    checkOptions(options, ['store', 'filename', 'separator', 'append'], 'callbacks.csvLogger');
    const { store, filename = 'training.csv', separator = ',', append = false } = options;
    this.#store = store;
    this.filename = filename;
    this.separator = separator;
    this.append = append;
  }

  override async onTrainBegin(): Promise<void> {
    this.#keys = undefined;
    if (!this.append) this.text = '';
    else if (this.#store) this.text = new TextDecoder().decode(await this.#store.read(this.filename));
    const end = this.text.at(-1);
    if (end !== undefined && end !== '\n') this.text += '\n';
    await this.#store?.write(this.filename, this.text);
  }

  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    this.#keys ??= columnsOf(logs);
    if (!this.text) this.text = this.#row(['epoch', ...this.#keys]);
    this.text += this.#row([epoch, ...this.#keys.map((key) => logs[key] ?? 'NA')]);
    await this.#store?.write(this.filename, this.text);
  }

  #row(cells: readonly (string | number)[]): string {
    const quote = (cell: string) =>
      QUOTED.test(cell) || cell.includes(this.separator) ? `"${cell.replaceAll('"', '""')}"` : cell;
    return `${cells.map((cell) => quote(String(cell))).join(this.separator)}\n`;
  }
}

function columnsOf(logs: Logs): string[] {
  const keys = Object.keys(logs).sort();
  return keys.some((key) => key.startsWith('val_')) ? keys : [...keys, ...keys.map((key) => `val_${key}`)];
}
