// Cold start of `fourlane/infer`: `node startInfer.js NAME FOLDER` loads a saved model and predicts one row.
import { load } from '../../dist/infer.js';
import { openFolder } from '../work/folder.js';

const work = openFolder(process.argv[3]);
const model = load(await work.bytes('boston.safetensors'));
const [price] = model.predict(work.samples('boston', 'dense', 1).x).data;
process.stdout.write(`${price}\n`);
