import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { notBuilt, root } from './published.js';

/** The docstring in front of a declaration of dist/, as one line of text. */
function docstringOf(file: string, name: string): string | undefined {
  const text = readFileSync(join(root, 'dist', file), 'utf8');
  const found = text.match(
    new RegExp(`(?:/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\n)?export declare (?:const|function) ${name}\\b`),
  );
  return found?.[1]?.replace(/\s*\n \*? ?/g, ' ').trim();
}

const TABLES = [
  ...[
    'layers/index',
    'optimizers',
    'schedules',
    'train/callbacks/index',
    'activations',
    'losses',
    'initializers',
  ],
  ...[
    'regularizers',
    'constraints',
    'metrics/means',
    'metrics/curves',
    'metrics/outcomes',
    'metrics/regression',
  ],
].map((table) => `${table}.d.ts`);

describe.skipIf(notBuilt)(`hovering${notBuilt ? ` (${notBuilt})` : ''}`, () => {
  test.each(TABLES)('over each factory of %s shows a docstring', (file) => {
    const text = readFileSync(join(root, 'dist', file), 'utf8');
    const names = [...text.matchAll(/^export declare (?:const|function) (\w+)/gm)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !docstringOf(file, name))).toEqual([]);
  });

  test('shows shapes and formulas of the class that a factory makes', () => {
    expect(docstringOf('layers/index.d.ts', 'dense')).toMatch(
      /\[batch, \.\.\., in\] to \[batch, \.\.\., units\]/,
    );
    expect(docstringOf('optimizers.d.ts', 'sgd')).toMatch(/^Gradient descent: .*Default rate 0\.01\.$/);
  });
});
