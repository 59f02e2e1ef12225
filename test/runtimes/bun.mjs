// Run by Bun, which finds its own ways to read files and arguments.
import * as datasets from '../../dist/datasets.js';
import * as fl from '../../dist/index.js';
import * as infer from '../../dist/infer.js';
import { report } from './report.js';

const kernels = async () => new Response(Bun.file(new URL('../../dist/core.wasm', import.meta.url)));
const outcome = await report({ fl, datasets, infer }, Bun.argv[2], kernels);
console.log(JSON.stringify({ version: Bun.version, ...outcome }));
