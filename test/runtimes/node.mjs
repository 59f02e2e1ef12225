// Run by any Node: `node test/runtimes/node.mjs` compares the hash of the built package with the golden one.
import { readFile } from 'node:fs/promises';
import * as datasets from '../../dist/datasets.js';
import * as fl from '../../dist/index.js';
import * as infer from '../../dist/infer.js';
import { faultOf, report } from './report.js';

const kernels = async () => new Response(await readFile(new URL('../../dist/core.wasm', import.meta.url)));
const [init] = process.argv.slice(2);
const outcome = await report({ fl, datasets, infer }, init ?? 'default', kernels);
const version = process.versions.node;
if (init) console.log(JSON.stringify({ version, ...outcome }));
else {
  const fault = faultOf(outcome);
  console.log(`node ${version}: ${outcome.hash} ${fault ?? 'is the golden hash'}`);
  process.exitCode = fault ? 1 : 0;
}
