import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const STEPS = 16384;
const OUT = 1024;
const B = 2048;
const C = 4096;
const OUT_LANES = 8 * 4;
const B_LANES = 16 * 2 * 4;
const C_LANES = 4 * 4;

/**
 * Compiles assembly/peak.ts, the strict SIMD multiply-add peak.
 *
 * @returns {Promise<{ call: () => void, flops: number }>} a short call and the operations that it does.
 */
export async function openPeak() {
  const { peak, memory, FLOPS_PER_STEP } = await compile();
  const call = () => peak(OUT, B, C, STEPS);
  new Float32Array(memory.buffer, B, B_LANES).fill(1);
  new Float32Array(memory.buffer, C, C_LANES).fill(1);
  call();
  if (new Float32Array(memory.buffer, OUT, OUT_LANES).some((sum) => sum !== STEPS)) {
    throw new Error('The peak kernel does not compute what it should.');
  }
  return { call, flops: FLOPS_PER_STEP.value * STEPS };
}

async function compile() {
  let binary;
  const writeFile = (_name, contents) => {
    binary = contents;
  };
  const baseDir = fileURLToPath(new URL('assembly', import.meta.url));
  const options = ['--enable', 'simd', '-O3', '--noAssert', '--runtime', 'stub', '--memoryBase', '8192'];
  const argv = [
    'peak.ts',
    '--baseDir',
    baseDir,
    '--outFile',
    'peak.wasm',
    '--initialMemory',
    '1',
    ...options,
  ];
  const { error, stderr } = await asc.main(argv, { stdout: asc.createMemoryStream(), writeFile });
  if (error) throw new Error(`assembly/peak.ts does not compile: ${stderr}`);
  const { instance } = await WebAssembly.instantiate(binary);
  return instance.exports;
}
