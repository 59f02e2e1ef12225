import { createRequire } from 'node:module';
import type { Presets, SingleBar } from 'cli-progress';
import { RuntimeUnsupportedError } from '../errors.js';
import { ProgbarLogger } from '../train/callbacks/progbarLogger.js';
import { formatLogs } from '../train/format.js';
import type { Logs } from '../train/scoreboard.js';

type CliProgress = { SingleBar: typeof SingleBar; Presets: typeof Presets };

/** Milliseconds between two drawings of the bar. */
const REDRAW = 100;

/**
 * A bar while an epoch runs (iteration of iterations where they are known, time left, loss and metrics) and a line when it has ended; where
 * the output is no terminal, the lines alone.
 */
class ProgressBar extends ProgbarLogger {
  readonly #library: CliProgress;
  #bar: SingleBar | undefined;
  #timer: NodeJS.Timeout | undefined;
  #began = 0;

  constructor(library: CliProgress) {
    super();
    this.#library = library;
  }

  override onEpochBegin(epoch: number, logs: Logs): void {
    super.onEpochBegin(epoch, logs);
    if (!process.stdout.isTTY) return;
    const { epochs, steps } = this.params;
    const known = steps ? '{bar} {value}/{total} - {left} left' : '{value} iterations';
    this.#bar = new this.#library.SingleBar({
      format: `Epoch ${epoch + 1}/${epochs} ${known} - {logs}`,
      barCompleteChar: '━',
      barIncompleteChar: '─',
      barsize: Math.max(6, Math.min(24, process.stdout.columns - 74)),
      clearOnComplete: true,
      hideCursor: true,
      linewrap: false,
    });
    this.#began = Date.now();
    this.#bar.start(steps ?? 0, 0, { logs: '', left: '?' });
    // The timer fires when training gives the event loop its turn; no step pays for the bar.
    this.#timer = setInterval(() => this.#draw(), REDRAW).unref();
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    clearInterval(this.#timer);
    this.#bar?.stop();
    super.onEpochEnd(epoch, logs);
  }

  #draw(): void {
    const { batch, logs } = this.params.progress();
    if (!batch) return;
    const { steps = batch } = this.params;
    const left = ((Date.now() - this.#began) / batch) * (steps - batch);
    this.#bar?.update(batch, { logs: formatLogs(logs), left: `${(left / 1000).toFixed(1)} s` });
  }
}

/**
 * A callback that draws a progress bar in the terminal, with the package cli-progress.
 *
 * @throws RuntimeUnsupportedError `peer-missing` where cli-progress is not installed.
 */
export function progressBar(): ProgbarLogger {
  try {
    return new ProgressBar(createRequire(import.meta.url)('cli-progress'));
  } catch (cause) {
    throw new RuntimeUnsupportedError(
      'peer-missing',
      'progressBar() draws with the package cli-progress: npm install cli-progress.',
      { cause },
    );
  }
}
