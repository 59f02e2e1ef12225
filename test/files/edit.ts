/** Files changed by somebody who knows the format: with a right checksum, or with none. */
export type Header = Record<string, { [key: string]: unknown }>;

export function headerOf(file: Uint8Array): { header: Header; data: Uint8Array } {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
  return { header, data: file.subarray(8 + length) };
}

/** A file with that text as its header. */
export function withHeader(text: string, data: Uint8Array = new Uint8Array()): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(text);
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

/** The file with its header changed, without a checksum. */
export function edited(file: Uint8Array, change: (header: Header) => void): Uint8Array<ArrayBuffer> {
  const { header, data } = headerOf(file);
  delete header.__metadata__.checksum;
  change(header);
  return withHeader(JSON.stringify(header), data);
}

/** The file with another text in its metadata. */
export function replaced(file: Uint8Array, part: string, text: string): Uint8Array<ArrayBuffer> {
  return edited(file, (header) => {
    header.__metadata__[part] = text;
  });
}

/** The file with one of the JSON texts of its metadata changed. */
export function rewritten(
  file: Uint8Array,
  part: string,
  // biome-ignore lint/suspicious/noExplicitAny: whatever the text says
  change: (content: any) => unknown,
): Uint8Array<ArrayBuffer> {
  const content = JSON.parse(headerOf(file).header.__metadata__[part] as string);
  change(content);
  return replaced(file, part, JSON.stringify(content));
}
