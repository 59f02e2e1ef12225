import { ValueError } from '../errors.js';

/** The absolute address of a file: a worker has no base of its own. @throws ValueError `option-value`. */
export function absoluteUrl(url: string | URL, argument: string): string {
  try {
    return new URL(url, globalThis.location?.href).href;
  } catch {
    throw new ValueError(
      'option-value',
      `${argument} must be an absolute address, such as new URL('./file.js', import.meta.url), but got ${url}.`,
    );
  }
}
