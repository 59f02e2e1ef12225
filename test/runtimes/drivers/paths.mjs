import { existsSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The folder of the repository, with a slash at its end. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));
/** A file among the runtimes. */
export const at = (...names) => join(root, 'test/runtimes', ...names);
/** A file of a package that `npm ci --prefix test/runtimes` brings. */
export const installed = (...names) => at('node_modules', ...names);

/** One of those packages as a module, or undefined where it is not installed. */
export async function importInstalled(name) {
  if (!existsSync(installed(name))) return undefined;
  return import(pathToFileURL(createRequire(at('run.mjs')).resolve(name)));
}

/** Puts the package where bundlers look for 'fourlane', so that they read its exports as they do for users. */
export function linkPackage() {
  const link = installed('fourlane');
  if (lstatSync(link, { throwIfNoEntry: false })) return;
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync('../../..', link, 'junction');
}

/** A new folder that is gone when the run is over. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'fourlane-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }));
  return folder;
}
