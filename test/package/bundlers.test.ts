import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build as esbuild } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { denseClasses, denseFactories, denseLayers, densePrints } from './programs.js';
import { findTool, install, node, notBuilt, temporaryFolder } from './published.js';

const vite = findTool('vite');
const webpack = findTool('webpack');

/** Only what a dense network needs: these bundlers take apart `fl.layers` as well. */
const CLASSES = ['Dense', 'InputLayer', 'Layer', 'Model', 'Sequential'];
const classNames = (text: string) =>
  [...new Set([...text.matchAll(/className\s*=\s*["'`](\w+)["'`]/g)].map(([, name]) => name))].sort();

/** Each bundles `entry` in `folder` and returns the file that it wrote. */
const bundlers = [
  {
    name: 'Vite',
    missing: vite.missing,
    async bundle(folder: string, entry: string): Promise<string> {
      const { build } = await import(vite.url);
      const outDir = join(folder, 'vite');
      const lib = { entry: join(folder, entry), formats: ['es'], fileName: entry };
      const options = { target: 'es2022', outDir, emptyOutDir: false, lib };
      await build({ root: folder, configFile: false, logLevel: 'error', build: options });
      return join(outDir, `${entry}.js`);
    },
  },
  {
    name: 'webpack',
    missing: webpack.missing,
    async bundle(folder: string, entry: string): Promise<string> {
      const { default: pack } = await import(webpack.url);
      const output = { path: join(folder, 'webpack'), filename: `${entry}.cjs` };
      const target = ['web', 'es2022'];
      // Its advice on sizes would be a warning; sizes have budgets in shaking.test.ts.
      const performance = { hints: false };
      const options = {
        ...{ mode: 'production', context: folder, entry: `./${entry}` },
        ...{ target, output, performance },
      };
      const stats = await new Promise<{ compilation: { errors: unknown[]; warnings: unknown[] } }>(
        (done, fail) =>
          pack(options, (error: unknown, result: never) => (error ? fail(error) : done(result))),
      );
      expect([...stats.compilation.errors, ...stats.compilation.warnings]).toEqual([]);
      return join(output.path, output.filename);
    },
  },
];

describe.skipIf(notBuilt)(`other bundlers${notBuilt}`, () => {
  const folder = temporaryFolder();
  beforeAll(() => {
    install(folder);
    writeFileSync(join(folder, 'classes.mjs'), denseClasses);
    writeFileSync(join(folder, 'layers.mjs'), denseLayers);
    writeFileSync(join(folder, 'factories.mjs'), denseFactories);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  for (const { name, missing, bundle } of bundlers) {
    it.skipIf(missing).each(['classes.mjs', 'layers.mjs', 'factories.mjs'])(
      `${name} keeps of a dense network what it needs, and it runs: %s${missing}`,
      async (entry) => {
        const file = await bundle(folder, entry);
        expect(classNames(readFileSync(file, 'utf8'))).toEqual(CLASSES);
        expect(node(folder, file)).toBe(densePrints);
      },
    );
  }

  it('of a platform that compiles `x.wasm?module` run (edge-light)', async () => {
    const outfile = join(folder, 'edge.mjs');
    await esbuild({
      entryPoints: [join(folder, 'classes.mjs')],
      outfile,
      bundle: true,
      format: 'esm',
      target: 'es2022',
      conditions: ['edge-light'],
      plugins: [
        {
          name: 'the platform',
          setup({ onResolve, onLoad }) {
            const namespace = 'platform';
            onResolve({ filter: /\.wasm\?module$/ }, ({ path, resolveDir }) => ({
              path: join(resolveDir, path.replace('?module', '')),
              namespace,
            }));
            onLoad({ filter: /.*/, namespace }, ({ path }) => ({
              contents: `import { readFileSync } from 'node:fs';
                export default new WebAssembly.Module(readFileSync(${JSON.stringify(path)}));`,
            }));
          },
        },
      ],
      external: ['node:fs'],
    });
    expect(readFileSync(outfile, 'utf8')).not.toContain('AGFzbQ');
    expect(node(folder, outfile)).toBe(densePrints);
  });
});
