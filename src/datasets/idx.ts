import { Tensor } from '../data/tensor.js';
import { FormatError } from '../errors.js';
import { formatShape, sizeOf } from '../shape.js';
import { gunzip } from './source.js';

/** The element types of the format: bytes each, how one is read, and the array that holds them. */
const TYPES = new Map([
  [0x08, { bytes: 1, read: 'getUint8', array: Uint8Array }],
  [0x09, { bytes: 1, read: 'getInt8', array: Int32Array }],
  [0x0b, { bytes: 2, read: 'getInt16', array: Int32Array }],
  [0x0c, { bytes: 4, read: 'getInt32', array: Int32Array }],
  [0x0d, { bytes: 4, read: 'getFloat32', array: Float32Array }],
  [0x0e, { bytes: 8, read: 'getFloat64', array: Float64Array }],
] as const);

/**
 * Reads a file in the IDX format of MNIST (two zero bytes, a type, the number of axes, their sizes as big-endian
 * integers, the values), gzip-compressed or not. Unsigned bytes become uint8, other integers int32, and both kinds of
 * floats stay what they are.
 *
 * @param bytes the whole file.
 * @param name how messages call it.
 * @throws FormatError `idx-magic`, `idx-type`, `idx-size` or `gzip` for anything that is not such a file.
 */
export async function idx(bytes: Uint8Array, name = 'idx'): Promise<Tensor> {
  const file = await gunzip(bytes, name);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 4 || file[0] !== 0 || file[1] !== 0) {
    const start = Array.from(file.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    throw new FormatError(
      'idx-magic',
      `${name}: expected an IDX file, which begins with 00 00, got ${start || 'nothing'}.`,
    );
  }
  const type = TYPES.get(file[2] as 0x08);
  if (!type) {
    throw new FormatError(
      'idx-type',
      `${name}: the IDX type 0x${file[2].toString(16)} is none of 08, 09, 0b to 0e.`,
    );
  }
  const axes = file[3];
  const start = 4 + 4 * axes;
  if (file.length < start) {
    throw new FormatError('idx-size', `${name}: the file ends within the sizes of its ${axes} axes.`);
  }
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const size = sizeOf(shape);
  if (file.length !== start + size * type.bytes) {
    throw new FormatError(
      'idx-size',
      `${name}: shape ${formatShape(shape)} needs ${start + size * type.bytes} bytes, but the file has ${file.length}.`,
    );
  }
  if (type.array === Uint8Array) return new Tensor(new Uint8Array(file.subarray(start)), shape);
  const values = new type.array(size);
  for (let i = 0; i < size; i++) values[i] = view[type.read](start + i * type.bytes);
  return new Tensor(values, shape);
}
