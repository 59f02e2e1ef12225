/**
 * The safetensors format (huggingface/safetensors): eight bytes with the length of a JSON header, the header, the
 * data. The header says type, shape and place of every tensor, and holds text under `__metadata__`.
 */
import { FormatError } from '../errors.js';
import { type Shape, sizeOf } from '../shape.js';

export interface NamedTensor {
  readonly shape: Shape;
  readonly data: Float32Array;
}

export interface TensorFile {
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const ALIGNMENT = 8;
/** The limit of the reference implementation. */
const MAX_HEADER = 100_000_000;

/** One file of float32 tensors and texts. */
export function encodeTensors({ tensors, metadata }: TensorFile): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const file = new Uint8Array(8 + padded + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(padded), true);
  file.fill(0x20, 8, 8 + padded);
  file.set(json, 8);
  let at = 8 + padded;
  for (const { data } of tensors.values()) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

/**
 * Reads what `encodeTensors` wrote. Everything is checked before anything of the size that the file claims is made.
 *
 * @throws FormatError `not-safetensors` where the bytes are something else, cut short, or contradict themselves.
 */
export function decodeTensors(file: Uint8Array): TensorFile {
  const { header, start } = readHeader(file);
  const metadata: Record<string, string> = {};
  const tensors = new Map<string, NamedTensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') {
      for (const [key, text] of Object.entries(record(entry, '__metadata__'))) {
        if (typeof text !== 'string') throw malformed(`the metadata '${key}' is no text`);
        metadata[key] = text;
      }
    } else tensors.set(name, readTensor(file, start, name, record(entry, name)));
  }
  return { tensors, metadata };
}

function readHeader(file: Uint8Array): { header: Record<string, unknown>; start: number } {
  if (file.length < 8) throw malformed(`it has ${file.length} bytes, which is too short`);
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  if (length > MAX_HEADER || length > file.length - 8) {
    throw malformed(
      `its header would be ${length} bytes long, but the file has ${file.length}${guess(file)}`,
    );
  }
  const text = new TextDecoder().decode(file.subarray(8, 8 + length));
  try {
    return { header: record(JSON.parse(text), 'the header'), start: 8 + length };
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    throw malformed('its header is no JSON', cause);
  }
}

function readTensor(
  file: Uint8Array,
  start: number,
  name: string,
  entry: Record<string, unknown>,
): NamedTensor {
  const { dtype, shape, data_offsets: offsets } = entry;
  if (dtype !== 'F32') throw malformed(`tensor '${name}' is of type ${String(dtype)}; only F32 is read`);
  if (!isSizes(shape)) throw malformed(`tensor '${name}' has no shape`);
  if (!isSizes(offsets) || offsets.length !== 2) throw malformed(`tensor '${name}' has no place`);
  const [begin, end] = offsets;
  const bytes = sizeOf(shape) * 4;
  if (end - begin !== bytes || start + end > file.length) {
    throw malformed(
      `tensor '${name}' of ${bytes} bytes is said to lie at ${begin} to ${end} of ${file.length - start} bytes of data`,
    );
  }
  return { shape, data: new Float32Array(file.slice(start + begin, start + end).buffer) };
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw malformed(`${what} is not what it should be`);
}

/** What the bytes look like instead. */
function guess(file: Uint8Array): string {
  const first = String.fromCharCode(...file.subarray(0, 4));
  if (first.startsWith('<')) return '; it looks like HTML: was the address wrong?';
  if (first.startsWith('{')) return '; it looks like JSON';
  if (first.startsWith('PK')) return '; it looks like a zip, perhaps a .keras file';
  return first === '\u0089HDF' ? '; it looks like HDF5' : '';
}

function malformed(fault: string, cause?: unknown): FormatError {
  return new FormatError('not-safetensors', `This is no model file (safetensors): ${fault}.`, { cause });
}
