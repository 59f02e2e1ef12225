import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const built = existsSync(at('../../dist/index.js'));
if (!built) console.warn('A benchmark is not tested: there is no dist/. Run npm run build.');

it.runIf(built)(
  'a quick run checks and times every row of a family, compares, and writes figures and a report',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'fourlane-bench-test-'));
    try {
      const [json, older] = [join(folder, 'figures.json'), join(folder, 'older.json')];
      const rows = [{ id: 'tanh', title: 'tanh', results: { fourlane: { cost: 1e9, spread: 0 } } }];
      writeFileSync(older, JSON.stringify({ format: 1, date: 'long ago', families: { kernels: { rows } } }));
      const args = ['kernels', '--quick', '--peers', '', '--json', json, '--compare', older];
      const text = execFileSync(process.execPath, [at('../../bench/run.js'), ...args], { encoding: 'utf8' });
      const report = readFileSync(join(folder, 'figures.md'), 'utf8');
      const figures = JSON.parse(readFileSync(json, 'utf8'));

      expect(figures).toMatchObject({ format: 1, pace: 'quick', problems: [], peers: { fourlane: {} } });
      const measured: { id: string; title: string; results: { fourlane: { cost: number } } }[] =
        figures.families.kernels.rows;
      const ids = ['softmax', 'sigmoid', 'tanh', 'gelu', 'adam', 'adam-zeros'];
      expect(measured.map(({ id }) => id)).toEqual(ids);
      for (const { title, results } of measured) {
        expect(results.fourlane.cost).toBeGreaterThan(0);
        expect(text).toContain(title);
        expect(report).toContain(`| ${title} |`);
      }
      expect(text).toContain('Compared with long ago');
      expect(figures.changes).toMatchObject([{ row: 'tanh, 2^20', peer: 'fourlane', change: 'better' }]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
