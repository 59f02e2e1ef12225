import * as fl from 'fourlane';
import { describe, expect, test } from 'vitest';
import { goldenFile } from '../support/golden.js';

interface ScheduleCase {
  name: string;
  schedule: string;
  config: object;
  rates: number[];
}

const file = goldenFile<{ iterations: number[]; cases: ScheduleCase[] }>('schedules');
const factories = fl.schedules as unknown as Record<string, (options: object) => fl.LearningRateSchedule>;
/** Those that Keras does not have. */
const own = ['oneCycle', 'warmup'];

describe('schedules equal Keras', () => {
  test('every schedule has its cases', () => {
    const names = Object.keys(factories).filter((name) => /^[a-z]/.test(name) && !own.includes(name));
    expect([...new Set(file.cases.map(({ schedule }) => schedule))].sort()).toEqual(names.sort());
  });

  test.each(file.cases)('$name', ({ schedule, config, rates }) => {
    const made = factories[schedule](config);
    file.iterations.forEach((iteration, i) => {
      // The golden has nine digits. Where the rate comes to 0, what counts is the scale of the first one.
      const error = Math.abs(made.at(iteration) - rates[i]);
      expect(error, `iteration ${iteration}`).toBeLessThanOrEqual(5e-9 * Math.max(rates[i], 1e-3 * rates[0]));
    });
  });
});
