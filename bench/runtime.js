// The kernels in one process of whatever runs this: `deno run -A bench/runtime.js`, `bun bench/runtime.js`. `--quick` is
// too short for engines that take a second to compile a loop to its end.
import { readFileSync } from 'node:fs';
import { runAlone } from './alone.js';
import { compilePeak } from './measure/compilePeak.js';
import { describeMachine, machineText } from './report/machine.js';
import { progress } from './report/text.js';

const read = {
  'core.wasm': () => readFileSync(new URL('../dist/core.wasm', import.meta.url)),
  'peak.wasm': compilePeak,
};
const pace = process.argv[2] === '--quick' ? 'quick' : 'full';
const bytes = async (name) => new Uint8Array(await read[name]());
const tables = await runAlone({ bytes, pace, progress });
progress('');
console.log(`${machineText(describeMachine())}; ${pace}\n\n${tables}`);
