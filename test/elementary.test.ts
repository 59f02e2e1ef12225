import { expect, test } from 'vitest';
import { cosPi, power } from '../src/elementary.js';

test('power has the relative error that it states', () => {
  for (const base of [1e-12, 0.003, 0.5, 0.74, 0.9, 0.999, 1, 1.0001, 1.49, 2, 10, 12345.678]) {
    for (const exponent of [0, 1e-9, 0.1, 0.5, 1, 1.5, 2, 7.25, 100.75, 1234.5]) {
      const exact = base ** exponent;
      if (exact < 1e-300 || exact > 1e300) continue;
      const error = Math.abs(power(base, exponent) / exact - 1);
      expect(error, `${base}^${exponent}`).toBeLessThanOrEqual(1e-14 + exponent * 2e-16);
    }
  }
});

test('power of 0, and with an exponent of 0', () => {
  expect([power(0, 0), power(0, 0.5), power(0, 3), power(5, 0), power(0.5, 5000)]).toEqual([1, 0, 0, 1, 0]);
});

test('cosPi has the error that it states', () => {
  for (let i = 0; i <= 1000; i++) {
    expect(Math.abs(cosPi(i / 1000) - Math.cos((Math.PI * i) / 1000))).toBeLessThanOrEqual(5e-16);
  }
  expect([cosPi(0), cosPi(0.5), cosPi(1)]).toEqual([1, 0, -1]);
});
