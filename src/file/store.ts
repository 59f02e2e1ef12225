/** Where files are kept by name: a folder, a bucket, a database of the browser. */
export interface Store {
  /** The bytes of a file, undefined where there is none of that name. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** Writes a file whole or not at all. */
  write(name: string, bytes: Uint8Array | string): Promise<void>;
}
