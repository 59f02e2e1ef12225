import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of a package that `npm ci --prefix bench` has installed. */
export function folderOf(name) {
  return fileURLToPath(new URL(`../node_modules/${name}`, import.meta.url));
}

/** Whether a package is installed. */
export function isInstalled(name) {
  return existsSync(`${folderOf(name)}/package.json`);
}

/** The package.json of an installed package. */
export function manifestOf(name) {
  return JSON.parse(readFileSync(`${folderOf(name)}/package.json`, 'utf8'));
}

/** The version of an installed package. */
export function versionOf(name) {
  return manifestOf(name).version;
}
