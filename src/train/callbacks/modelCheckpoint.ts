import type { Store } from '../../file/store.js';
import { checkOptions } from '../../names.js';
import type { Logs } from '../scoreboard.js';
import { formatName } from './fileName.js';
import { MONITOR, MonitorCallback, type MonitorOptions } from './monitor.js';
import { BatchCount, type SaveFreq } from './saveFreq.js';
import { checkStore } from './store.js';

export interface ModelCheckpointOptions extends MonitorOptions {
  /** Where the files go: `fileStore(folder)` of `fourlane/node`, `memoryStore()`, or one of your own. */
  store: Store;
  /**
   * The name of the file. `{epoch:02d}` (the first is 1), `{batch:04d}` and what the logs have, such as `{val_loss:.2f}`,
   * are filled in; without them each file takes the place of the last.
   */
  filepath: string;
  /** 1 says what is saved. Default 0. */
  verbose?: number;
  /** Whether only what is better than everything before is saved. Default false. */
  saveBestOnly?: boolean;
  /**
   * Whether the files have the weights alone (`model.saveWeights()`). Default false: whole models that can be trained on
   * (`model.save({ includeOptimizer: true })`).
   */
  saveWeightsOnly?: boolean;
  /** 'epoch' (default), or after how many batches. */
  saveFreq?: SaveFreq;
  /** What `monitor` has to beat at first; with `saveBestOnly`. Default: nothing. */
  initialValueThreshold?: number;
}

const OPTIONS = [
  ...MONITOR,
  ...['store', 'filepath', 'verbose', 'saveBestOnly', 'saveWeightsOnly', 'saveFreq', 'initialValueThreshold'],
];

/**
 * Saves the model, or its weights, while it is trained. The best figure so far is kept from one `fit` to the next, as in
 * Keras.
 */
export class ModelCheckpoint extends MonitorCallback {
  readonly filepath: string;
  readonly verbose: number;
  readonly saveBestOnly: boolean;
  readonly saveWeightsOnly: boolean;
  readonly saveFreq: SaveFreq;
  /** The best figure so far. */
  best: number | undefined;
  readonly #store: Store;
  #epoch = 0;

  /** @throws ConfigError for unknown options, a missing store and placeholders that are none. */
  constructor(options: ModelCheckpointOptions = {} as ModelCheckpointOptions) {
    checkOptions(options, OPTIONS, 'callbacks.modelCheckpoint');
    super('modelCheckpoint', options);
    const { store, filepath, verbose = 0, saveBestOnly = false, saveWeightsOnly = false } = options;
    const { saveFreq = 'epoch', initialValueThreshold } = options;
    this.#store = checkStore(store, 'modelCheckpoint');
    this.filepath = String(filepath);
    this.verbose = verbose;
    this.saveBestOnly = saveBestOnly;
    this.saveWeightsOnly = saveWeightsOnly;
    this.best = initialValueThreshold;
    this.saveFreq = saveFreq;
    if (saveFreq === 'epoch') return;
    const count = new BatchCount(saveFreq, 'modelCheckpoint');
    // Only now, because a hook for batches costs something.
    this.onTrainBatchEnd = (batch, logs) =>
      count.due() ? this.#save({ ...logs, epoch: this.#epoch + 1, batch: batch + 1 }) : undefined;
  }

  /** @throws ConfigError `own-part`, `monitor-direction`: now rather than after an epoch. */
  override onTrainBegin(logs: Logs): void {
    if (this.saveBestOnly) super.onTrainBegin(logs);
    this.#encode();
  }

  override onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
  }

  override onEpochEnd(epoch: number, logs: Logs): void | Promise<void> {
    if (this.saveFreq === 'epoch') return this.#save({ ...logs, epoch: epoch + 1 });
  }

  async #save(values: Logs): Promise<void> {
    const name = formatName(this.filepath, values);
    if (this.saveBestOnly && !this.#isBest(values)) return;
    await this.#store.write(name, this.#encode());
    if (this.verbose) console.log(`Epoch ${values.epoch}: the model is saved as ${name}.`);
  }

  /** As in Keras, what cannot be compared is saved. */
  #isBest(values: Logs): boolean {
    const current = this.current(values);
    if (current === undefined) return true;
    const best = this.improves(current, this.best);
    if (this.verbose) {
      const change = best ? 'improved from' : 'did not improve on';
      console.log(`Epoch ${values.epoch}: ${this.monitor} ${current} ${change} ${this.best ?? 'nothing'}.`);
    }
    if (best) this.best = current;
    return best;
  }

  #encode(): Uint8Array {
    return this.saveWeightsOnly ? this.model.saveWeights() : this.model.save({ includeOptimizer: true });
  }
}
