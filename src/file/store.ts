/**
 * Where files are kept by name: a folder (`fileStore` of `fourlane/node`), a bucket, a database of the browser. One over
 * Cloudflare's R2:
 *
 *     const store = {
 *       read: async (name) => {
 *         const file = await bucket.get(name);
 *         return file ? new Uint8Array(await file.arrayBuffer()) : undefined;
 *       },
 *       write: async (name, bytes) => { await bucket.put(name, bytes); },
 *       remove: async (name) => { await bucket.delete(name); },
 *     };
 */
export interface Store {
  /** The bytes of a file; undefined where there is none of that name. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** Writes a file whole or not at all. */
  write(name: string, bytes: Uint8Array | string): Promise<void>;
  /** Takes a file away, if it is there. */
  remove(name: string): Promise<void>;
}

/** A store in memory, in the `files` by name: for tests, or as a pattern for a store of one's own. */
export function memoryStore(files: Map<string, Uint8Array> = new Map()): Store {
  return {
    read: async (name) => files.get(name),
    write: async (name, bytes) => {
      files.set(name, typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes.slice());
    },
    remove: async (name) => {
      files.delete(name);
    },
  };
}
