import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, transform } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { notBuilt, root } from './published.js';

const dist = join(root, 'dist');
const files = notBuilt ? [] : readdirSync(dist, { recursive: true, encoding: 'utf8' });
const modules = files.filter((file) => file.endsWith('.js'));
/** What knows the platforms: the entry for Node, the module that starts threads, and the scripts that those run. */
const forPlatforms = /^(node|worker-thread|replica|(\w+\/)?threads)\.js$/;

/** What the modules import, by module. */
async function readImports() {
  const { metafile } = await build({
    entryPoints: modules.map((file) => join(dist, file)),
    absWorkingDir: dist,
    outdir: 'out',
    bundle: true,
    format: 'esm',
    write: false,
    metafile: true,
    logLevel: 'error',
    plugins: [
      {
        name: 'leave every import',
        setup({ onResolve }) {
          onResolve({ filter: /.*/ }, ({ kind, path }) =>
            kind === 'entry-point' ? undefined : { path, external: true },
          );
        },
      },
    ],
  });
  return new Map(Object.entries(metafile.inputs).map(([file, { imports }]) => [file, imports]));
}

/** Which of `names` the code uses as globals. */
async function globalsOf(code: string, names: readonly string[]): Promise<string[]> {
  const define = Object.fromEntries(names.map((name) => [name, `FOUND_${name.replace('.', '$')}`]));
  const { code: marked } = await transform(code, { define, format: 'esm' });
  return [
    ...new Set([...marked.matchAll(/FOUND_([\w$]+)/g)].map(([, name]) => name.replace('$', '.'))),
  ].sort();
}

const PLATFORMS = ['process', 'Buffer', 'window', 'document', 'Deno', 'Bun', 'require', 'global'];
const GLOBALS = [...PLATFORMS, ...PLATFORMS.map((name) => `globalThis.${name}`)];
const EVALUATION = ['eval', 'Function', 'globalThis.eval', 'globalThis.Function'];

describe.skipIf(notBuilt)(`the modules in dist/${notBuilt}`, async () => {
  const imports = notBuilt ? new Map() : await readImports();
  const read = (file: string) => readFileSync(join(dist, file), 'utf8');
  const pathsOf = (file: string): { path: string; kind: string }[] => imports.get(file) ?? [];

  it('import nothing from elsewhere but an optional package, and only dist/node.js what Node has', () => {
    expect(modules).toContain('index.js');
    const bare = modules.flatMap((file) =>
      pathsOf(file).flatMap(({ path }) => (/^\.\.?\//.test(path) ? [] : [`${file}: ${path}`])),
    );
    expect(bare.filter((found) => !/^node\.js: node:|images\.js: fast-png$/.test(found))).toEqual([]);
  });

  it('import what they use, at once', () => {
    const all = modules.flatMap((file) => pathsOf(file).map(({ path, kind }) => `${path}: ${kind}`));
    expect(all.filter((found) => !/: import-statement$|^fast-png: /.test(found))).toEqual([]);
    // An import for its side effects alone would have none: the package says so.
    expect(modules.filter((file) => /^import "/m.test(read(file)))).toEqual([]);
  });

  it('do not wait when they are loaded', async () => {
    // The format of CommonJS has no top-level await, and esbuild says so.
    await expect(transform('await 0; export {};', { format: 'cjs' })).rejects.toThrow('Top-level await');
    for (const file of modules) await transform(read(file), { format: 'cjs', logLevel: 'silent' });
  });

  it('compile no text', async () => {
    expect(await globalsOf('(0, eval)("1"); new Function("2")', EVALUATION)).toEqual(['Function', 'eval']);
    for (const file of modules) expect([file, await globalsOf(read(file), EVALUATION)]).toEqual([file, []]);
  });

  it('name no runtime, those for one runtime aside', async () => {
    const guilty = 'typeof process; globalThis.Buffer; ({ window: 1 }).window';
    expect(await globalsOf(guilty, GLOBALS)).toEqual(['globalThis.Buffer', 'process']);
    const core = modules.filter((file) => !forPlatforms.test(file));
    for (const file of core) expect([file, await globalsOf(read(file), GLOBALS)]).toEqual([file, []]);
  });

  it('of the flavours for compiled kernels import .wasm files that exist, and hold none', () => {
    const flavours = { workerd: '', edge: '?module' };
    for (const [folder, suffix] of Object.entries(flavours)) {
      const own = modules.filter((file) => file.startsWith(`${folder}/`));
      const wasm = own.flatMap((file) =>
        pathsOf(file)
          .map(({ path }) => path)
          .filter((path) => /\.wasm/.test(path)),
      );
      expect([...new Set(wasm)].sort()).toEqual(
        ['core', 'forward', 'relaxed', 'spatial'].map((name) => `../${name}.wasm${suffix}`),
      );
      for (const file of own) expect(read(file)).not.toContain('AGFzbQ');
    }
  });
});
