// An entry point of its own: who needs nothing but this does not load the rest of the package, which takes ten times as long.
import { addon, nativeSupport } from './addon.js';

/**
 * Maps an open file into memory, whole and for reading and writing, as long as the memory is referred to.
 *
 * @param descriptor - The file's descriptor. It stays the caller's, and may be closed right after.
 * @returns The memory, or undefined where there is no native part here.
 * @throws NativeError `MP_NATIVE_SYSTEM_CALL` where the file cannot be mapped.
 */
export function mapFile(descriptor: number): ArrayBuffer | undefined {
  return nativeSupport().available ? addon().map(descriptor)[0] : undefined;
}
