import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { fileStore } from 'fourlane/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const KILLS = 100;
/** Files that are written at the same time. */
const LANES = 2;
const WORDS = 500_000;

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fourlane-'));
  const source = fileURLToPath(new URL('../../src/node/files.ts', import.meta.url));
  const outfile = join(folder, 'files.mjs');
  await build({ entryPoints: [source], bundle: true, platform: 'node', format: 'esm', outfile });
  writeFileSync(
    join(folder, 'writer.mjs'),
    `import { fileStore } from './files.mjs';
    const store = fileStore(process.argv[2]);
    for (let n = Number(process.argv[3]); ; n++) {
      await store.write('model', new Uint8Array(new Uint32Array(${WORDS}).fill(n).buffer));
      process.stdout.write('.');
    }`,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Starts a process that writes one file after the other and kills it so many milliseconds after its first. */
async function killWriter(target: string, first: number, delay: number): Promise<void> {
  const child: ChildProcess = spawn(process.execPath, [join(folder, 'writer.mjs'), target, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await new Promise((resolve) => child.stdout!.once('data', resolve));
  await sleep(delay);
  child.kill('SIGKILL');
  await ended;
}

describe('a process that is killed while it writes', () => {
  /** Kills writers of one file one after the other, and returns how many left something half written beside it. */
  async function killWriters(lane: number): Promise<number> {
    const target = join(folder, `models ${lane}`);
    let halfway = 0;
    for (let kill = 0; kill < KILLS / LANES; kill++) {
      const first = 1000 * (kill + 1);
      await killWriter(target, first, kill * 0.4);
      const file = readFileSync(join(target, 'model'));
      const words = new Uint32Array(file.buffer, file.byteOffset, file.byteLength / 4);
      expect(words.length).toBe(WORDS);
      expect(words[0]).toBeGreaterThanOrEqual(first);
      expect(words[0]).toBeLessThan(first + 1000);
      expect(words.every((word) => word === words[0])).toBe(true);
      const leftovers = readdirSync(target).filter((name) => name !== 'model');
      // That of the last one at most: each writer has begun by taking away that of the one before.
      expect(leftovers.length).toBeLessThanOrEqual(1);
      halfway += leftovers.length;
    }
    await fileStore(target).write('model', 'new');
    expect(readdirSync(target)).toEqual(['model']);
    return halfway;
  }

  test(`leaves a whole file, ${KILLS} times`, { timeout: 120_000 }, async () => {
    // All of them come to their end, so that no writer is left behind.
    const lanes = await Promise.allSettled(Array.from({ length: LANES }, (_, lane) => killWriters(lane)));
    let halfway = 0;
    for (const lane of lanes) {
      if (lane.status === 'rejected') throw lane.reason;
      halfway += lane.value;
    }
    // Otherwise the moments were badly chosen.
    expect(halfway).toBeGreaterThan(KILLS / 10);
  });

  test('what a running process writes, or somebody else, is left alone', async () => {
    const target = join(folder, 'others');
    const store = fileStore(target);
    await store.write('model', 'old');
    const uuid = '0'.repeat(8);
    const names = [
      `model.${process.pid}.${uuid}-1111-2222-3333-${uuid}4444.tmp`,
      'model.tmp',
      'model.999999999.notes.tmp',
      `other.999999999.${uuid}-1111-2222-3333-${uuid}4444.tmp`,
    ];
    const dead = `model.999999999.${uuid}-1111-2222-3333-${uuid}4444.tmp`;
    for (const name of [...names, dead]) writeFileSync(join(target, name), 'x');
    await Promise.all([store.write('model', 'a'.repeat(99)), store.write('model', 'b'.repeat(99))]);
    expect(readdirSync(target).sort()).toEqual(['model', ...names].sort());
    expect(readFileSync(join(target, 'model'), 'utf8')).toMatch(/^(a{99}|b{99})$/);
  });
});
