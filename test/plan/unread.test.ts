import { expect, test } from 'vitest';
import { Builder } from '../../src/plan/builder.js';
import { withoutUnread } from '../../src/plan/unread.js';
import { Value } from '../../src/plan/value.js';
import { core } from '../../src/wasm/core.js';

const kernelsOf = (b: Builder, outputs: Value[]) =>
  withoutUnread(b.steps, outputs).map(({ kernel }) => kernel);

test('a step whose result nobody reads is left out, and what only it read', () => {
  const b = new Builder();
  const x = new Value([3], { batched: true });
  const y = b.softmax(b.apply('sigmoid', x));
  const z = b.add(x, x);
  expect(kernelsOf(b, [z])).toEqual(['add']);
  expect(kernelsOf(b, [y])).toEqual(['sigmoid', 'softmax', 'add']);
});

test('what a view of the result is read by counts', () => {
  const b = new Builder();
  const x = new Value([2, 3], { batched: true });
  const y = b.reshape(b.apply('tanh', x), [6]);
  expect(kernelsOf(b, [y])).toEqual(['tanh']);
  expect(kernelsOf(b, [])).toEqual([]);
});

test('a step that writes a place outside of the plan stays', () => {
  const b = new Builder();
  const x = new Value([3]);
  const place = new Value([3], { place: { address: 64 } });
  b.emitFor(place, core, 'relu', place, x, 0, 3);
  expect(kernelsOf(b, [])).toEqual(['relu']);
});
