import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ALIGNMENT, type Lifetime, planMemory } from '../../src/plan/memory.js';

const lifetime = fc
  .record({ bytes: fc.integer({ min: 0, max: 5000 }), first: fc.nat(40), length: fc.nat(12) })
  .map(({ bytes, first, length }): Lifetime => ({ bytes, first, last: first + length }));

const aliveTogether = (a: Lifetime, b: Lifetime) => a.first <= b.last && b.first <= a.last;

describe('planMemory', () => {
  test('no two buffers that are alive together overlap, all are aligned and inside', () => {
    fc.assert(
      fc.property(fc.array(lifetime, { maxLength: 40 }), (lifetimes) => {
        const { offsets, bytes } = planMemory(lifetimes);
        lifetimes.forEach((a, i) => {
          expect(offsets[i] % ALIGNMENT).toBe(0);
          expect(offsets[i] + a.bytes).toBeLessThanOrEqual(bytes);
          for (let j = 0; j < i; j++) {
            const b = lifetimes[j];
            if (!aliveTogether(a, b) || !a.bytes || !b.bytes) continue;
            expect(offsets[i] >= offsets[j] + b.bytes || offsets[j] >= offsets[i] + a.bytes).toBe(true);
          }
        });
      }),
      { numRuns: 500 },
    );
  });

  test('is never smaller than what is alive at once, and never larger than everything side by side', () => {
    fc.assert(
      fc.property(fc.array(lifetime, { minLength: 1, maxLength: 40 }), (lifetimes) => {
        const size = ({ bytes }: Lifetime) => Math.max(1, Math.ceil(bytes / ALIGNMENT)) * ALIGNMENT;
        const { bytes } = planMemory(lifetimes);
        let peak = 0;
        for (let step = 0; step < 60; step++) {
          const alive = lifetimes.filter(({ first, last }) => first <= step && step <= last);
          peak = Math.max(
            peak,
            alive.reduce((sum, one) => sum + size(one), 0),
          );
        }
        expect(bytes).toBeGreaterThanOrEqual(peak);
        expect(bytes).toBeLessThanOrEqual(lifetimes.reduce((sum, one) => sum + size(one), 0));
      }),
    );
  });

  test('reuses what the forward steps leave for the backward steps', () => {
    // Four activations of a chain, alive from forward step i to backward step 7 - i, and their gradients.
    const activations = [0, 1, 2, 3].map((i) => ({ bytes: 1024, first: i, last: 7 - i }));
    const gradients = [0, 1, 2, 3].map((i) => ({ bytes: 1024, first: 7 - i, last: 8 - i }));
    expect(planMemory([...activations, ...gradients]).bytes).toBeLessThanOrEqual(6 * 1024);
  });

  test('gives the same plan for the same lifetimes', () => {
    fc.assert(
      fc.property(fc.array(lifetime), (lifetimes) => {
        expect(planMemory(lifetimes)).toEqual(planMemory([...lifetimes]));
      }),
    );
  });
});
