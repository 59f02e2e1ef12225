// Cold start of a JavaScript peer: `node start.js NAME FOLDER` imports it, makes a model and predicts one row.

import { openFolder } from '../work/folder.js';
import { models } from '../work/models.js';
import { peers } from './index.js';

const [name, folder] = process.argv.slice(2);
const { file, variant } = peers.find((peer) => peer.name === name);
const work = openFolder(folder);
const peer = await (await import(`./${file}`)).open(work, variant);
const options = { name: 'boston', form: 'dense', rows: 1 };
const { call } = await peer.predict(models.boston, work.weights('boston'), options);
const [price] = await call(work.samples('boston', 'dense', 1));
process.stdout.write(`${price}\n`);
