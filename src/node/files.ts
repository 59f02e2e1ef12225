import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Store } from '../file/store.js';

/**
 * A store in a folder, which is made when it is first written to. A file is written whole or not at all: beside the old
 * one, which it replaces when all of it is on the disk. A process that dies meanwhile leaves the old one, and a
 * `.tmp` file that the next write of that name takes away.
 */
export function fileStore(folder: string): Store {
  return {
    async read(name) {
      try {
        const { buffer, byteOffset, length } = await readFile(join(folder, name));
        return new Uint8Array(buffer, byteOffset, length);
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    async write(name, bytes) {
      const path = join(folder, name);
      await mkdir(dirname(path), { recursive: true });
      await removeLeftovers(path);
      const temporary = `${path}.${process.pid}.${randomUUID()}.tmp`;
      try {
        const file = await open(temporary, 'w');
        try {
          await file.writeFile(bytes);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(temporary, path);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
      await syncFolder(dirname(path));
    },
    async remove(name) {
      await rm(join(folder, name), { force: true });
    },
  };
}

/** Takes away what processes that are no more have left of a file. */
async function removeLeftovers(path: string): Promise<void> {
  const start = `${basename(path)}.`;
  for (const name of await readdir(dirname(path))) {
    const pid = name.startsWith(start) && /^(\d+)\.[-\da-f]{36}\.tmp$/.exec(name.slice(start.length))?.[1];
    if (pid && !isRunning(Number(pid))) await rm(join(dirname(path), name), { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Puts the new name on the disk as well, where a folder can be opened (not on Windows). */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    if (process.platform !== 'win32') throw error;
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
