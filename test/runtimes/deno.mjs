// Run by Deno, without any permission but for init 'wasm', which reads the kernels.
import * as datasets from '../../dist/datasets.js';
import * as fl from '../../dist/index.js';
import * as infer from '../../dist/infer.js';
import { report } from './report.js';

const kernels = () => fetch(new URL('../../dist/core.wasm', import.meta.url));
const outcome = await report({ fl, datasets, infer }, Deno.args[0], kernels);
console.log(JSON.stringify({ version: Deno.version.deno, ...outcome }));
