import { inflateSync } from 'fflate';
import { decodeBase64 } from './base64.js';

/** The bytes that were deflated and written down as base64: two thirds of the text that base64 alone would be. */
export function inflateBase64(base64: string): Uint8Array<ArrayBuffer> {
  return inflateSync(decodeBase64(base64)) as Uint8Array<ArrayBuffer>;
}
