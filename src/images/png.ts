import { RuntimeUnsupportedError, ShapeError } from '../errors.js';
import type { Image } from './grid.js';

/**
 * A picture as a PNG file, by the optional package fast-png, here and in browsers.
 *
 * @throws RuntimeUnsupportedError `peer-missing` where fast-png is not installed.
 */
export async function encodePng({ width, height, channels, data }: Image): Promise<Uint8Array> {
  if (data.length !== width * height * channels) {
    throw new ShapeError(
      'data-shape',
      `encodePng: ${height} rows of ${width} pixels of ${channels} bytes are ${width * height * channels}, but data ` +
        `holds ${data.length}.`,
    );
  }
  const { encode } = await fastPng();
  return encode({ width, height, channels, data, depth: 8 });
}

async function fastPng() {
  try {
    return await import('fast-png');
  } catch (cause) {
    throw new RuntimeUnsupportedError(
      'peer-missing',
      'encodePng() writes with the package fast-png: npm install fast-png.',
      { cause },
    );
  }
}
