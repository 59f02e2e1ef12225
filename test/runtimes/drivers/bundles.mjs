import { join } from 'node:path';
import { build } from 'esbuild';
import { at, importInstalled, linkPackage } from './paths.mjs';

const entry = at('bundled.js');

function runEsbuild(outdir) {
  // The tests' own tsconfig would lead 'fourlane' to the sources.
  const common = { tsconfigRaw: {}, logLevel: 'error' };
  return build({ ...common, entryPoints: [entry], outdir, bundle: true, minify: true, format: 'esm' });
}

async function runVite(outDir) {
  const vite = await importInstalled('vite');
  const rolldownOptions = { input: entry, output: { entryFileNames: 'bundled.js' } };
  await vite.build({
    configFile: false,
    root: at(),
    logLevel: 'warn',
    build: { outDir, emptyOutDir: true, rolldownOptions },
  });
}

async function runWebpack(path) {
  const { default: webpack } = await importInstalled('webpack');
  const options = {
    mode: 'production',
    context: at(),
    entry,
    output: { path, filename: 'bundled.js' },
    performance: { hints: false },
  };
  return new Promise((resolve, reject) => {
    webpack(options, (error, stats) => {
      if (error) reject(error);
      else if (stats.hasErrors() || stats.hasWarnings()) reject(new Error(stats.toString('errors-warnings')));
      else resolve();
    });
  });
}

/** What makes `bundled.js` in a folder, and how it is found. */
export const bundlers = [
  { name: 'esbuild', install: 'npm', find: () => true, run: runEsbuild },
  { name: 'vite', install: 'npm', find: () => importInstalled('vite'), run: runVite },
  { name: 'webpack', install: 'npm', find: () => importInstalled('webpack'), run: runWebpack },
];

/** Bundles the page with every bundler that is here. @returns the folder of each by its name. */
export async function bundleAll(folder) {
  linkPackage();
  const folders = {};
  for (const { name, find, run } of bundlers) {
    if (!(await find())) continue;
    folders[name] = join(folder, name);
    await run(folders[name]);
  }
  return folders;
}
