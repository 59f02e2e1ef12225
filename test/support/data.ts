import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of real data that is no part of the project; the environment variable FOURLANE_DATA names another one. */
export const dataFolder =
  process.env.FOURLANE_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));

/** True if the folder holds that file or folder; else says in one line that tests are skipped. */
export function hasData(...parts: string[]): boolean {
  const path = join(dataFolder, ...parts);
  if (existsSync(path)) return true;
  console.log(`Skipped for want of ${path} (FOURLANE_DATA names the folder of real data).`);
  return false;
}
