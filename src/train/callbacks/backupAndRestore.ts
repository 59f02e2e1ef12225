import { FormatError } from '../../errors.js';
import type { Store } from '../../file/store.js';
import { checkOptions } from '../../names.js';
import { Callback } from '../callback.js';
import { BatchCount, type SaveFreq } from './saveFreq.js';
import { checkStore } from './store.js';

export interface BackupAndRestoreOptions {
  /** Where the backup is kept: `fileStore(folder)` of `fourlane/node`, `memoryStore()`, or one of your own. */
  store: Store;
  /** The folder in the store. Default 'backup'; two runs at a time need two. */
  backupDir?: string;
  /** 'epoch' (default), or after how many batches. */
  saveFreq?: SaveFreq;
  /** Whether the backup before the last is kept too, and taken where the last is damaged. Default false. */
  doubleCheckpoint?: boolean;
  /** Whether the backup goes when the run has come to its end. Default true. */
  deleteCheckpoint?: boolean;
}

/**
 * Lets a run that was interrupted go on: the same program, started again, continues where the last backup was made. With
 * the same data and options the weights become those of a run that never stopped, bit by bit. Unlike Keras it goes on
 * in the middle of an epoch too, where `saveFreq` is a number of batches. What other callbacks keep to themselves, such as
 * the patience of EarlyStopping, begins anew, and so does the history.
 */
export class BackupAndRestore extends Callback {
  readonly saveFreq: SaveFreq;
  readonly #store: Store;
  readonly #latest: string;
  readonly #previous: string;
  readonly #double: boolean;
  readonly #delete: boolean;

  /** @throws ConfigError for unknown options and a missing store. */
  constructor(options: BackupAndRestoreOptions = {} as BackupAndRestoreOptions) {
    checkOptions(
      options,
      ['store', 'backupDir', 'saveFreq', 'doubleCheckpoint', 'deleteCheckpoint'],
      'callbacks.backupAndRestore',
    );
    super();
    const { store, backupDir = 'backup', saveFreq = 'epoch' } = options;
    this.#store = checkStore(store, 'backupAndRestore');
    this.#latest = `${backupDir}/latest.safetensors`;
    this.#previous = `${backupDir}/previous.safetensors`;
    this.#double = options.doubleCheckpoint ?? false;
    this.#delete = options.deleteCheckpoint ?? true;
    this.saveFreq = saveFreq;
    if (saveFreq === 'epoch') return;
    const count = new BatchCount(saveFreq, 'backupAndRestore');
    // Only now, because a hook for batches costs something.
    this.onTrainBatchEnd = () => (count.due() ? this.#save() : undefined);
  }

  /** @throws FormatError where the backup is damaged or that of another model, and there is none before it. */
  override async onTrainBegin(): Promise<void> {
    try {
      await this.#restore(this.#latest);
    } catch (error) {
      if (!(error instanceof FormatError) || !(await this.#restore(this.#previous))) throw error;
    }
  }

  override onEpochEnd(): void | Promise<void> {
    if (this.saveFreq === 'epoch') return this.#save();
  }

  override async onTrainEnd(): Promise<void> {
    if (!this.#delete) return;
    for (const name of [this.#latest, this.#previous]) await this.#store.remove(name);
  }

  async #restore(name: string): Promise<boolean> {
    const file = await this.#store.read(name);
    if (!file) return false;
    this.model.loadWeights(file, { includeOptimizer: true });
    this.params.resume = true;
    return true;
  }

  async #save(): Promise<void> {
    const file = this.model.saveWeights({ includeOptimizer: true });
    const last = this.#double && (await this.#store.read(this.#latest));
    if (last) await this.#store.write(this.#previous, last);
    await this.#store.write(this.#latest, file);
  }
}
