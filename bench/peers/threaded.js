// One side of the family 'threads': `node threaded.js THREADS FOLDER`. Its first line says how many threads there are; for
// every line that it reads it trains on and answers with the milliseconds of a step, as JSON.
import { createInterface } from 'node:readline';
import * as fl from '../../dist/index.js';
import { openFolder } from '../work/folder.js';
import { models } from '../work/models.js';
import { open } from './fourlane.js';

const BATCH = { batchSize: 256, batches: 8, epochs: 3 };

const [threads, folder] = process.argv.slice(2);
const reply = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
console.log = () => {};
await fl.init({ threads: Number(threads) });

const work = openFolder(folder);
const samples = work.samples('mnist', 'dense', BATCH.batchSize * BATCH.batches);
const { train } = await open(work);
const session = train(models.mnist, work.weights('mnist'), samples, { form: 'dense', ...BATCH });
await session.train(BATCH.epochs);

reply({ threads: fl.runtime().threads });
for await (const _ of createInterface({ input: process.stdin })) {
  const ended = await session.train(BATCH.epochs);
  const ms = (ended.at(-1).end - ended[0].end) / (ended.length - 1) / BATCH.batches;
  reply({ ms });
}
