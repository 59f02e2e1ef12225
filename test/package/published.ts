/** The package as npm would publish it, installed into a temporary folder; and the tools that look at it. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Why tests of the package cannot run; empty where they can. */
export const notBuilt = existsSync(join(root, 'dist/index.js'))
  ? ''
  : ' (skipped: no dist/, run npm run build)';
if (notBuilt) console.warn('The published package is not tested: there is no dist/. Run npm run build.');

/** Files that the package exports beside its modules: kernels, and the worker's script. */
export const fileExports = Object.keys(manifest.exports).filter((path) => /\.(wasm|js)$/.test(path));
/** What is imported: 'fourlane', 'fourlane/data', … */
export const specifiers = Object.entries<{ types?: string }>(manifest.exports)
  .filter(([, target]) => target.types)
  .map(([path]) => path.replace('.', 'fourlane'));

export interface Packed {
  readonly tarball: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly string[];
}

/** What `npm pack` makes. */
export function pack(folder: string): Packed {
  const output = npm(root, 'pack', '--json', '--ignore-scripts', '--pack-destination', folder);
  const [{ filename, size, unpackedSize, files }] = Object.values<PackReport>(JSON.parse(output));
  const tarball = join(folder, filename);
  return { tarball, size, unpackedSize, files: files.map(({ path }) => path) };
}

interface PackReport {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

export const temporaryFolder = () => mkdtempSync(join(tmpdir(), 'fourlane-package-'));

/** Installs the packed package into `folder`, without a registry: it has no dependencies. */
export function install(folder: string): Packed {
  const packed = pack(folder);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }\n');
  npm(folder, 'install', '--offline', '--ignore-scripts', packed.tarball);
  return packed;
}

function npm(cwd: string, ...args: string[]): string {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

/** Runs Node in `folder` and returns what it prints. */
export function node(folder: string, ...args: string[]): string {
  return execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' }).trim();
}

/** A tool with a package.json of its own: the file to import, or why it cannot be had. */
export function findTool(name: string, folder = 'test/package') {
  try {
    const require = createRequire(join(root, folder, 'package.json'));
    const path = require.resolve(name);
    return { url: pathToFileURL(path).href, folder: dirname(path), missing: '' };
  } catch {
    const tool = name.replace('/package.json', '');
    const missing = ` (skipped: no ${tool}, run npm ci --prefix ${folder})`;
    console.warn(`${tool} is not installed: npm ci --prefix ${folder}`);
    return { url: '', folder: '', missing };
  }
}
