import { types } from '../model/platform.js';
import { partsOf } from './locate.js';

/**
 * Reads the bytes of all Blobs and Files in a value.
 *
 * @returns `undefined` where there are none.
 */
export async function blobsIn(root: unknown): Promise<Map<object, Uint8Array> | undefined> {
  if (typeof Blob === 'undefined') return undefined;
  const blobs: Blob[] = [];
  const seen = new Set<unknown>();
  const queue: unknown[] = [root];
  for (let value = queue.pop(); queue.length > 0 || value !== undefined; value = queue.pop()) {
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    if (types?.isProxy(value) !== true && Object.prototype.isPrototypeOf.call(Blob.prototype, value))
      blobs.push(value as Blob);
    else for (const [, part] of partsOf(value, () => [])) queue.push(part);
  }
  if (blobs.length === 0) return undefined;
  const bytes = await Promise.all(blobs.map(async (blob) => new Uint8Array(await blob.arrayBuffer())));
  return new Map(blobs.map((blob, index) => [blob, bytes[index]!]));
}
