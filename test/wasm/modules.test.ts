import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const modules = ['core', 'spatial', 'forward', 'relaxed'];

/** Where the bytes lie that a module writes into the memory when it is instantiated. */
function tableOf(name: string): { name: string; from: number; to: number } {
  const bytes = readFileSync(new URL(`../../build/${name}.wasm`, import.meta.url));
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 65536 });
  new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  const written = new Uint8Array(memory.buffer);
  const from = written.findIndex((byte) => byte !== 0);
  return { name, from, to: written.findLastIndex((byte) => byte !== 0) + 1 };
}

// Modules of one memory would overwrite each other's constants.
test('the constant tables of all modules lie apart, before the heap', () => {
  const strict = modules.filter((name) => name !== 'relaxed' || !process.version.startsWith('v20.'));
  const tables = strict.map(tableOf).filter(({ from }) => from >= 0);
  tables.sort((a, b) => a.from - b.from);
  expect(tables.length).toBeGreaterThan(1);
  tables.forEach(({ to }, i) => {
    expect(to).toBeLessThanOrEqual(tables[i + 1]?.from ?? 65536);
  });
});
