import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { MEMORY_BASE } from './peak.js';

/** Compiles assembly/peak.ts. @returns {Promise<Uint8Array>} */
export async function compilePeak() {
  let binary;
  const writeFile = (_name, contents) => {
    binary = contents;
  };
  const baseDir = fileURLToPath(new URL('../assembly', import.meta.url));
  const argv = [
    ...['peak.ts', '--baseDir', baseDir, '--outFile', 'peak.wasm'],
    ...['--enable', 'simd', '-O3', '--noAssert', '--runtime', 'stub'],
    ...['--memoryBase', String(MEMORY_BASE), '--initialMemory', '1'],
  ];
  const { error, stderr } = await asc.main(argv, { stdout: asc.createMemoryStream(), writeFile });
  if (error) throw new Error(`assembly/peak.ts does not compile: ${stderr}`);
  return binary;
}
