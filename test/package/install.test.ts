import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { denseFactories, densePrints } from './programs.js';
import {
  fileExports,
  install,
  manifest,
  node,
  notBuilt,
  root,
  specifiers,
  temporaryFolder,
} from './published.js';

const deno = join(root, 'test/runtimes/node_modules/deno/deno');
const noDeno = existsSync(deno) ? '' : ' (skipped: no deno, run npm ci --prefix test/runtimes)';

describe.skipIf(notBuilt)(`the installed package${notBuilt}`, () => {
  const folder = temporaryFolder();
  const at = (path: string) => join(folder, 'node_modules/fourlane', path);
  beforeAll(() => void install(folder));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('comes alone', () => {
    const installed = readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'));
    expect(installed).toEqual(['fourlane']);
  });

  it('has the file of every export and condition', () => {
    const targets = Object.values<string | Record<string, string>>(manifest.exports);
    const files = targets.flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target),
    );
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter((file) => !existsSync(at(file)))).toEqual([]);
  });

  it('says where the types are before anything else', () => {
    for (const target of Object.values(manifest.exports).filter((value) => typeof value === 'object')) {
      expect(Object.keys(target as object)[0]).toBe('types');
      expect(Object.keys(target as object).at(-1)).toBe('default');
    }
  });

  it('is imported and required, to the same modules, without a warning', () => {
    const imports = specifiers.map((name, i) => `import * as m${i} from '${name}';`);
    const same = specifiers.map((name, i) => `require('${name}') === m${i}`);
    const code = `
      import { createRequire } from 'node:module';
      ${imports.join('\n')}
      process.on('warning', ({ message }) => console.log(message));
      const require = createRequire(import.meta.url);
      console.log([${same.join()}].join());
      console.log(m0.sequential === (await import('fourlane')).sequential);
      console.log(m0.layers === (await import('fourlane/layers')), m0.layers.Dense === m0.Dense);
    `;
    writeFileSync(join(folder, 'both.mjs'), code);
    expect(node(folder, 'both.mjs')).toBe(`${specifiers.map(() => 'true').join()}\ntrue\ntrue true`);
    const required = `const fl = require('fourlane'); console.log(typeof fl.layers.dense, fl.tensor([1, 2]).shape)`;
    expect(node(folder, '--input-type=commonjs', '-e', required)).toBe('function [ 2 ]');
  });

  it('trains', () => {
    writeFileSync(join(folder, 'train.mjs'), denseFactories);
    expect(node(folder, 'train.mjs')).toBe(densePrints);
  });

  it('resolves its .wasm files', () => {
    const paths = fileExports.map((path) => path.replace('.', 'fourlane'));
    const code = `console.log(${JSON.stringify(paths)}.map((path) => import.meta.resolve(path)).join('\\n'))`;
    const found = node(folder, '--input-type=module', '-e', code).split('\n');
    expect(found.map((url) => url.slice(url.lastIndexOf('/')))).toEqual(
      fileExports.map((path) => path.slice(1)),
    );
  });

  describe.each([
    { moduleResolution: 'node16', module: 'node16' },
    { moduleResolution: 'nodenext', module: 'nodenext' },
    { moduleResolution: 'bundler', module: 'esnext' },
  ])('types with moduleResolution $moduleResolution', (options) => {
    const compile = (more: object, files: readonly string[]) => {
      const compilerOptions = {
        noEmit: true,
        strict: true,
        target: 'es2022',
        types: [],
        ...options,
        ...more,
      };
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
      return node(folder, join(root, 'node_modules/typescript/bin/tsc'), '--pretty', 'false');
    };

    it('are right, those of the library included', () => {
      copyFileSync(join(root, 'test/package/consumer/program.ts'), join(folder, 'program.mts'));
      expect(compile({ lib: ['es2023', 'dom'], skipLibCheck: false }, ['program.mts'])).toBe('');
    });

    it('do without those of browsers', () => {
      expect(compile({ lib: ['es2023'], skipLibCheck: true }, ['program.mts'])).toBe('');
    });
  });

  it('has types for require() in CommonJS (nodenext)', () => {
    writeFileSync(
      join(folder, 'program.cts'),
      `import fl = require('fourlane');\nfl.tensor([1]).shape.at(0);\n`,
    );
    const compilerOptions = { noEmit: true, strict: true, module: 'nodenext', types: [], skipLibCheck: true };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.cts'] }));
    expect(node(folder, join(root, 'node_modules/typescript/bin/tsc'), '--pretty', 'false')).toBe('');
  });

  it.skipIf(noDeno)(`has types for Deno${noDeno}`, () => {
    copyFileSync(join(root, 'test/package/consumer/program.ts'), join(folder, 'program.ts'));
    const check = () =>
      execFileSync(deno, ['check', '--quiet', '--cached-only', '--node-modules-dir=manual', 'program.ts'], {
        cwd: folder,
        env: { ...process.env, DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' },
        stdio: 'pipe',
      });
    expect(check).not.toThrow();
    writeFileSync(join(folder, 'program.ts'), `import * as fl from 'fourlane';\nfl.setSeed('seven');\n`);
    expect(check).toThrow(/not assignable to parameter of type 'number'/);
  });
});
