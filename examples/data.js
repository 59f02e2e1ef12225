// Where the examples find real data: sets that are too large, or not free enough, to come with the library.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { fileStore } from 'fourlane/node';

/** The folder with one folder for each data set: FOURLANE_DATA, or `shared/data` beside the repository. */
export const folder =
  process.env.FOURLANE_DATA || fileURLToPath(new URL('../../shared/data', import.meta.url));

/** Whether all of these files, given by their paths in the folder, are there. */
export const has = (...files) => files.every((file) => existsSync(join(folder, file)));

/** A store for the files of a data set. Where one is missing it says so and ends the example, without an error. */
export async function openData(example, name, files) {
  const missing = files.find((file) => !has(join(name, file)));
  if (!missing) return fileStore(join(folder, name));
  const line =
    `${example}: passed over, for there is no ${join(folder, name, missing)}. ` +
    `Set FOURLANE_DATA to a folder that has ${join(name, missing)}.\n`;
  await new Promise((written) => process.stdout.write(line, written));
  process.exit(0);
}

/** The lines of a text file, gzip-compressed or not. */
export async function readLines(store, file) {
  const bytes = await store.read(file);
  const text = new TextDecoder().decode(file.endsWith('.gz') ? gunzipSync(bytes) : bytes);
  return text.trimEnd().split('\n');
}
