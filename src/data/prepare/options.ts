import { ValueError } from '../../errors.js';

/**
 * Returns `value` if it is an integer in [low, high].
 *
 * @throws ValueError `not-an-integer` if it is not.
 */
export function checkInteger(value: unknown, name: string, low: number, high = 2 ** 31 - 1): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < low || value > high) {
    throw new ValueError(
      'not-an-integer',
      `${name}: expected an integer from ${low} to ${high}, got ${describe(value)}.`,
    );
  }
  return value;
}

/** What a value is, in a few words for an error message. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return value.length > 40 ? `'${value.slice(0, 40)}…'` : `'${value}'`;
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return `an array of length ${value.length}`;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of ${value.byteLength} bytes`;
  if ('shape' in value && Array.isArray(value.shape)) return `data of shape [${value.shape.join(', ')}]`;
  return `an object with the keys ${Object.keys(value).slice(0, 6).join(', ') || '(none)'}`;
}
