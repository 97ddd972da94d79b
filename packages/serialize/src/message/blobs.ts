import { types } from '../model/platform.js';
import { partsOf } from './locate.js';

/** Bytes of Blobs and Files that were read before their values are encoded: reading them takes its time. */
export class PreparedBlobs {
  readonly #bytes = new WeakMap<object, Uint8Array>();
  /** What encoding asked for in vain. */
  #wanted = new Set<Blob>();

  /** The bytes of a Blob. `undefined` where they were not read; {@link prepare} will. */
  get(blob: object): Uint8Array | undefined {
    const bytes = this.#bytes.get(blob);
    if (bytes === undefined) this.#wanted.add(blob as Blob);
    return bytes;
  }

  /** Forgets bytes that were used. */
  release(blobs: readonly object[]): void {
    for (const blob of blobs) this.#bytes.delete(blob);
  }

  /**
   * Reads the bytes of all Blobs that encoding asked for, or, where it was not tried, that are in the value.
   *
   * @returns `undefined` where there are none.
   */
  prepare(value: unknown): Promise<void> | undefined {
    const blobs = this.#wanted.size > 0 ? [...this.#wanted] : blobsIn(value);
    this.#wanted = new Set();
    if (blobs.length === 0) return undefined;
    return Promise.all(
      blobs.map(async (blob) => {
        this.#bytes.set(blob, new Uint8Array(await blob.arrayBuffer()));
      }),
    ).then(() => undefined);
  }
}

/** All Blobs and Files in a value. Runs no code of the user's. */
function blobsIn(root: unknown): Blob[] {
  if (typeof Blob === 'undefined') return [];
  const blobs: Blob[] = [];
  const seen = new Set<unknown>();
  const queue: unknown[] = [root];
  while (queue.length > 0) {
    const value = queue.pop();
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    if (types?.isProxy(value) !== true && Object.prototype.isPrototypeOf.call(Blob.prototype, value))
      blobs.push(value as Blob);
    else for (const [, part] of partsOf(value, () => [])) queue.push(part);
  }
  return blobs;
}
