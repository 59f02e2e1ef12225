import { ConfigError, FormatError, RuntimeUnsupportedError } from '../errors.js';

/** Anything that reads files by name. Where a file is missing, `read` throws, or returns undefined. */
export interface ReadableStore {
  read(name: string): Promise<Uint8Array | undefined> | Uint8Array | undefined;
}

/** Where a loader finds its files: the address of a folder (read with `fetch`), or a store. */
export type DataSource = string | URL | ReadableStore;

/**
 * The bytes of the first of `names` that the source has, or undefined if it has none of them.
 *
 * @throws FormatError `http-status` for an answer other than success or "not there", `html-instead-of-data` for a web
 *   page; ConfigError `data-source`; what `fetch` throws where there is no connection.
 */
export async function readFirst(
  source: DataSource,
  names: readonly string[],
): Promise<Uint8Array | undefined> {
  for (const name of names) {
    const bytes = await readFile(source, name);
    if (bytes) {
      refuseHtml(bytes, name);
      return bytes;
    }
  }
  return undefined;
}

/**
 * As `readFirst`, for files that must be there.
 *
 * @throws as `readFirst`, and FormatError `file-missing` with what the source said as its cause.
 */
export async function readRequired(source: DataSource, names: readonly string[]): Promise<Uint8Array> {
  const reasons: unknown[] = [];
  const noting: DataSource = isStore(source) ? { read: (name) => reading(source, name, reasons) } : source;
  const bytes = await readFirst(noting, names);
  if (bytes) return bytes;
  const place = isStore(source) ? 'the store' : String(source);
  throw new FormatError('file-missing', `${place} has none of the files ${names.join(', ')}.`, {
    cause: reasons[0],
  });
}

async function reading(
  store: ReadableStore,
  name: string,
  reasons: unknown[],
): Promise<Uint8Array | undefined> {
  try {
    return await store.read(name);
  } catch (error) {
    reasons.push(error);
    return undefined;
  }
}

async function readFile(source: DataSource, name: string): Promise<Uint8Array | undefined> {
  if (isStore(source)) return reading(source, name, []);
  if (typeof source !== 'string' && typeof source?.href !== 'string') {
    throw new ConfigError(
      'data-source',
      'source: expected the address of a folder, or a store with read(name).',
    );
  }
  const base = typeof source === 'string' ? source : source.href;
  const address = `${base.replace(/\/+$/, '')}/${name}`;
  const response = await fetch(address);
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  await response.body?.cancel();
  if (response.status === 404 || response.status === 410) return undefined;
  throw new FormatError(
    'http-status',
    `${address} answered ${response.status} ${response.statusText}`.trimEnd(),
  );
}

function isStore(source: DataSource): source is ReadableStore {
  return (
    typeof source === 'object' && source !== null && 'read' in source && typeof source.read === 'function'
  );
}

/** Servers answer a wrong address with a page and the status 200: that is said, instead of a wrong magic number. */
function refuseHtml(bytes: Uint8Array, name: string): void {
  const start = new TextDecoder().decode(bytes.subarray(0, 64)).trimStart().toLowerCase();
  if (start.startsWith('<!doctype') || start.startsWith('<html')) {
    throw new FormatError(
      'html-instead-of-data',
      `${name}: got a web page instead of data. Is the address right?`,
    );
  }
}

/**
 * The bytes, decompressed if they are a gzip file.
 *
 * @throws FormatError `gzip` if the file is damaged; RuntimeUnsupportedError `no-decompression`.
 */
export async function gunzip(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  if (typeof DecompressionStream === 'undefined') {
    throw new RuntimeUnsupportedError(
      'no-decompression',
      `${name}: this runtime has no DecompressionStream; give the file decompressed, without .gz.`,
    );
  }
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new DecompressionStream('gzip'));
  try {
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (cause) {
    throw new FormatError('gzip', `${name}: the gzip file is damaged or cut off.`, { cause });
  }
}
