/** The worker is a built file, so these tests run on `dist/`; `npm test` builds it. */
import { existsSync } from 'node:fs';
import type * as Datasets from 'fourlane/datasets';
import type * as Worker from 'fourlane/worker';

const dist = (file: string) => new URL(`../../dist/${file}`, import.meta.url);

export const built = existsSync(dist('worker.js'));
export const reason = built ? '' : ' (skipped: no dist/, run npm run build)';
if (!built) console.warn('fourlane/worker is not tested: there is no dist/. Run npm run build.');

type Library = typeof import('fourlane');
const load = async <T>(file: string) => (built ? await import(dist(file).href) : {}) as T;

export const fl = await load<Library>('index.js');
export const { digits } = await load<typeof Datasets>('datasets.js');
export const { inWorker } = await load<typeof Worker>('worker.js');

export const workerUrl = dist('worker-thread.js');
export const layersUrl = new URL('./layers.js', import.meta.url);
