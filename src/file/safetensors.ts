/**
 * The safetensors format (huggingface/safetensors): eight bytes with the length of a JSON header, the header, the
 * data. The header says type, shape and place of every tensor, and holds text under `__metadata__`.
 */
import { FormatError } from '../errors.js';
import { type Shape, sizeOf } from '../shape.js';
import { checksum } from './checksum.js';
import { parseJson } from './json.js';

export interface NamedTensor {
  readonly shape: Shape;
  readonly data: Float32Array;
}

export interface TensorFile {
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const ALIGNMENT = 8;
const CHECKSUM_DIGITS = 8;
/** The limit of the reference implementation. */
const MAX_HEADER = 100_000_000;

/** What a header says: names of tensors are anything, `__proto__` too. */
type Header = Record<string, unknown>;

/** One file of float32 tensors and texts, with a checksum of both among the texts. */
export function encodeTensors({ tensors, metadata }: TensorFile): Uint8Array<ArrayBuffer> {
  const header: Header = Object.create(null);
  header.__metadata__ = { ...metadata, checksum: '0'.repeat(CHECKSUM_DIGITS) };
  let end = 0;
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
  }
  const json = () => new TextEncoder().encode(JSON.stringify(header));
  const { length } = json();
  const start = 8 + Math.ceil(length / ALIGNMENT) * ALIGNMENT;
  const file = new Uint8Array(start + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(start - 8), true);
  let at = start;
  for (const { data } of tensors.values()) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  header.__metadata__ = { ...metadata, checksum: checksumOf(header, file.subarray(start)) };
  file.set(json(), 8);
  file.fill(0x20, 8 + length, start);
  return file;
}

/**
 * Reads what `encodeTensors` wrote. Everything is checked before it is made, and nothing larger than the file is made,
 * whatever the file claims. A file without a checksum, by another program, is read as well.
 *
 * @param check refuses files by their metadata, before anything depends on what their version means.
 * @throws FormatError `not-safetensors` where the bytes are something else, cut short, or contradict themselves;
 *   `file-damaged` where they are not those that were written.
 */
export function decodeTensors(
  bytes: Uint8Array | ArrayBuffer,
  check: (metadata: TensorFile['metadata']) => void = () => {},
): TensorFile {
  const file = asBytes(bytes);
  const { header, start } = readHeader(file);
  const metadata: Record<string, string> = Object.create(null);
  for (const [key, text] of Object.entries(record(header.__metadata__ ?? {}, '__metadata__'))) {
    if (typeof text !== 'string') throw malformed(`the metadata '${key}' is no text`);
    metadata[key] = text;
  }
  check(metadata);
  const data = file.subarray(start);
  const entries = Object.entries(header).filter(([name]) => name !== '__metadata__');
  const places = entries.map(([name, entry]) => readPlace(name, record(entry, name)));
  checkPlaces(places, data.length);
  const { checksum: expected } = metadata;
  if (expected !== undefined && expected !== checksumOf(header, data)) {
    throw new FormatError(
      'file-damaged',
      'The model file is damaged: it is not what was written (its checksum differs). Take a copy, or save it again.',
    );
  }
  const tensors = new Map(
    places.map(({ name, shape, begin, end }) => [
      name,
      { shape, data: new Float32Array(data.slice(begin, end).buffer) },
    ]),
  );
  return { tensors, metadata };
}

/** Of the data and of the header without its checksum, whatever spaces it is written with. */
function checksumOf(header: Header, data: Uint8Array): string {
  const { checksum: _, ...texts } = header.__metadata__ as Header;
  const rest = JSON.stringify({ ...header, __metadata__: texts });
  return checksum(data, checksum(new TextEncoder().encode(rest)))
    .toString(16)
    .padStart(CHECKSUM_DIGITS, '0');
}

/** Plain bytes, also of classes that extend them (Node's Buffer has a `slice` of its own). */
function asBytes(bytes: Uint8Array | ArrayBuffer): Uint8Array {
  if (ArrayBuffer.isView(bytes)) return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes && Object.prototype.toString.call(bytes) === '[object ArrayBuffer]') return new Uint8Array(bytes);
  throw malformed(`expected bytes (Uint8Array or ArrayBuffer), but got ${String(bytes)}`);
}

function readHeader(file: Uint8Array): { header: Header; start: number } {
  if (file.length < 8) throw malformed(`it has ${file.length} bytes, which is too short`);
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  if (length > MAX_HEADER || length > file.length - 8) {
    throw malformed(
      `its header would be ${length} bytes long, but the file has ${file.length}${guess(file)}`,
    );
  }
  const text = new TextDecoder().decode(file.slice(8, 8 + length));
  const header = parseJson(text, 'The header of the model file (safetensors)');
  return { header: record(header, 'the header'), start: 8 + length };
}

/** A tensor, and where it lies in the data. */
interface TensorPlace {
  readonly name: string;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
}

function readPlace(name: string, entry: Header): TensorPlace {
  const { dtype, shape, data_offsets: offsets } = entry;
  if (dtype !== 'F32') throw malformed(`tensor '${name}' is of type ${String(dtype)}; only F32 is read`);
  if (!isSizes(shape)) throw malformed(`tensor '${name}' has no shape`);
  if (!isSizes(offsets) || offsets.length !== 2) throw malformed(`tensor '${name}' has no place`);
  const [begin, end] = offsets;
  const bytes = sizeOf(shape) * 4;
  if (end - begin !== bytes) {
    throw malformed(`tensor '${name}' of ${bytes} bytes is said to lie at ${begin} to ${end}`);
  }
  return { name, shape, begin, end };
}

/** No tensor lies over another, so together they cannot be larger than the file. */
function checkPlaces(places: readonly TensorPlace[], bytes: number): void {
  let at = 0;
  for (const { name, begin, end } of [...places].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < at || end > bytes) {
      throw malformed(
        `tensor '${name}' is said to lie at ${begin} to ${end} of ${bytes} bytes of data, behind one that ends at ${at}`,
      );
    }
    at = end;
  }
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function record(value: unknown, what: string): Header {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Header;
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
