import { nativeCrc32 } from '../model/platform.js';

/** Loading zlib takes 2 ms, in which plain JavaScript checks more than this. */
const PORTABLE_BYTES = 65_536;

let checked = 0;
let native: ((bytes: Uint8Array, seed: number) => number) | undefined;

/**
 * CRC-32 as in zlib and PNG (ISO 3309, polynomial 0xEDB88320).
 *
 * @param bytes - What to check.
 * @param seed - The checksum of what came before.
 */
export function crc32(bytes: Uint8Array, seed: number): number {
  if (native !== undefined) return native(bytes, seed);
  checked += bytes.length;
  if (checked <= PORTABLE_BYTES) return portableCrc32(bytes, seed);
  native = nativeCrc32() ?? portableCrc32;
  return native(bytes, seed);
}

let table: Uint32Array | undefined;

/** The same in plain JavaScript, for hosts without zlib. */
export function portableCrc32(bytes: Uint8Array, seed: number): number {
  table ??= makeTable();
  let crc = ~seed;
  for (let i = 0; i < bytes.length; i++) crc = table[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

function makeTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    return crc;
  });
}
