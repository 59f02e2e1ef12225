// Bundles src/ into dist/: one ES module for each entry of package.json, shared code in chunks, and the types.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: {
    index: 'src/index.ts',
    data: 'src/data/index.ts',
    workflow: 'src/workflow/index.ts',
    datasets: 'src/datasets/index.ts',
    node: 'src/node/index.ts',
  },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  mainFields: ['module', 'main'],
  conditions: ['import'],
  external: ['node:*', 'cli-progress'],
  chunkNames: 'chunks/[name]-[hash]',
  logLevel: 'warning',
});
const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
execFileSync(process.execPath, [tsc, '--emitDeclarationOnly'], { stdio: 'inherit' });
