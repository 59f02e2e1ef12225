import { gunzipSync } from 'node:zlib';

/** The files of a .tar.gz by their names: blocks of 512 bytes, a header before each file (POSIX pax). */
export function readTarGz(bytes: Uint8Array): Map<string, Uint8Array> {
  const tar = gunzipSync(bytes);
  const text = (at: number, length: number) =>
    tar
      .subarray(at, at + length)
      .toString('utf8')
      .replace(/\0.*$/s, '');
  const files = new Map<string, Uint8Array>();
  let long = '';
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12), 8);
    const type = text(at + 156, 1);
    // What stands here holds for the next file, such as its name where that is too long.
    if (type === 'x') long = text(at + 512, size).match(/ path=(.*)\n/)?.[1] ?? '';
    else {
      if (type === '0' || type === '')
        files.set(long || text(at, 100), tar.subarray(at + 512, at + 512 + size));
      long = '';
    }
    at += 512 + 512 * Math.ceil(size / 512);
  }
  return files;
}
