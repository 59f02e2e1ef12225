import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  fileExports,
  findTool,
  notBuilt,
  type Packed,
  pack,
  root,
  specifiers,
  temporaryFolder,
} from './published.js';

const publint = findTool('publint');
const attw = findTool('@arethetypeswrong/cli/package.json');

describe.skipIf(notBuilt)(`checkers of packages${notBuilt}`, () => {
  const folder = temporaryFolder();
  let packed: Packed;
  beforeAll(() => {
    packed = pack(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.skipIf(publint.missing)(`publint has nothing to say${publint.missing}`, async () => {
    const tool = await import(publint.url);
    const { messages } = await tool.publint({ pkgDir: root, strict: true, pack: 'npm' });
    expect(messages).toEqual([]);
  });

  it.skipIf(attw.missing)(`arethetypeswrong finds the types of every export${attw.missing}`, () => {
    const args = [packed.tarball, '--profile', 'esm-only', '--no-definitely-typed', '--format', 'json'];
    const left = ['--exclude-entrypoints', ...fileExports.map((path) => path.slice(2))];
    const cli = join(attw.folder, 'dist/index.js');
    const report = JSON.parse(execFileSync(process.execPath, [cli, ...args, ...left], { encoding: 'utf8' }));
    const ignored = ['node10', 'node16-cjs']; // what the profile leaves out
    const problems = report.analysis.problems.filter(
      ({ resolutionKind = '' }) => !ignored.includes(resolutionKind),
    );
    expect(problems).toEqual([]);
    const checked = Object.keys(report.analysis.entrypoints).filter((path) => path !== './package.json');
    expect(checked.map((path) => path.replace('.', 'fourlane')).sort()).toEqual([...specifiers].sort());
  });
});
