/** How the import of the memory is written: the two names with their lengths, and the kind 2. */
const MEMORY_IMPORT = [3, ...codes('env'), 6, ...codes('memory'), 2];
/** The flags of its limits: a maximum is given; a maximum is given and threads share the memory. */
const WITH_MAXIMUM = 1;
const SHARED = 3;

/** The same kernels for a memory that threads share: a module says in one byte which kind it imports. */
export function forSharedMemory(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const at = bytes.findIndex((_, i) => MEMORY_IMPORT.every((byte, j) => bytes[i + j] === byte));
  const flags = at + MEMORY_IMPORT.length;
  const copy = bytes.slice();
  if (at >= 0 && copy[flags] === WITH_MAXIMUM) copy[flags] = SHARED;
  return copy;
}

function codes(text: string): number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}
