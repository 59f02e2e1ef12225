import { rmSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { manifest, notBuilt, pack, temporaryFolder } from './published.js';

const MAX_UNPACKED = 4_000_000;

describe.skipIf(notBuilt)(`what npm packs${notBuilt}`, () => {
  const folder = temporaryFolder();
  afterAll(() => rmSync(folder, { recursive: true }));
  const { files, size, unpackedSize } = notBuilt ? ({} as ReturnType<typeof pack>) : pack(folder);
  const inDist = () => files.filter((file) => file.startsWith('dist/'));

  it('is dist, README, LICENSE and package.json', () => {
    const rest = files.filter((file) => !file.startsWith('dist/') && file !== 'CHANGELOG.md');
    expect(rest.sort()).toEqual(['LICENSE', 'README.md', 'package.json']);
  });

  it('has modules, declarations and kernels in dist, and nothing else', () => {
    expect(inDist().filter((file) => !/\.(js|d\.ts|wasm)$/.test(file))).toEqual([]);
    const wasm = inDist().filter((file) => file.endsWith('.wasm'));
    // Each once: the flavours for platforms that compile `.wasm` files share them.
    const exported = Object.values(manifest.exports).filter((file) => String(file).endsWith('.wasm'));
    expect(wasm.map((file) => `./${file}`).sort()).toEqual(exported.sort());
  });

  it('has no declarations of what only the bundle needs', () => {
    expect(inDist().filter((file) => /base64|embedded|inline|precompiled/.test(file))).toEqual([]);
  });

  it(`is smaller than ${MAX_UNPACKED} bytes and depends on nothing`, () => {
    console.log(`npm package: ${size} bytes packed, ${unpackedSize} unpacked, ${files.length} files`);
    expect(unpackedSize).toBeLessThan(MAX_UNPACKED);
    expect(manifest.dependencies).toBeUndefined();
    expect(manifest.optionalDependencies).toBeUndefined();
    const optional = Object.entries<{ optional: boolean }>(manifest.peerDependenciesMeta);
    expect(optional.filter(([, { optional }]) => optional).map(([name]) => name)).toEqual(
      Object.keys(manifest.peerDependencies),
    );
  });

  it('runs nothing when it is installed', () => {
    const hooks = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish'];
    expect(Object.keys(manifest.scripts).filter((name) => hooks.includes(name))).toEqual([]);
  });
});
