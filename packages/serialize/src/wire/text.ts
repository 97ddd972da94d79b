import { byteStrings, isAscii, LITTLE_ENDIAN } from '../model/platform.js';

/** Characters looked at to guess whether a long string is in a script beyond Latin-1. */
const SAMPLES = 32;

/** Whether a sample of the string holds characters beyond Latin-1. A guess: only speed depends on it. */
export function looksWide(text: string): boolean {
  const step = Math.max(1, (text.length / SAMPLES) | 0);
  for (let i = 0; i < text.length; i += step) if (text.charCodeAt(i) > 0xff) return true;
  return false;
}

/** Whether every character of the string is below 256. */
export function isOneByte(text: string): boolean {
  return !/[^\0-\xff]/.test(text);
}

/**
 * Writes a string as UTF-8.
 *
 * @returns The number of bytes, or -1 where a lone surrogate makes that impossible.
 */
export function encodeUtf8(text: string, bytes: Uint8Array, start: number): number {
  let at = start;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) bytes[at++] = unit;
    else if (unit < 0x800) {
      bytes[at++] = 0xc0 | (unit >> 6);
      bytes[at++] = 0x80 | (unit & 0x3f);
    } else if (unit < 0xd800 || unit > 0xdfff) {
      bytes[at++] = 0xe0 | (unit >> 12);
      bytes[at++] = 0x80 | ((unit >> 6) & 0x3f);
      bytes[at++] = 0x80 | (unit & 0x3f);
    } else {
      const point = text.codePointAt(i) as number;
      if (unit > 0xdbff || point < 0x10000) return -1;
      i++;
      bytes[at++] = 0xf0 | (point >> 18);
      bytes[at++] = 0x80 | ((point >> 12) & 0x3f);
      bytes[at++] = 0x80 | ((point >> 6) & 0x3f);
      bytes[at++] = 0x80 | (point & 0x3f);
    }
  }
  return at - start;
}

/** Whether all bytes of a range are below 128. */
export function isAsciiBetween(bytes: Uint8Array, start: number, end: number): boolean {
  if (isAscii !== undefined) return isAscii(bytes.subarray(start, end));
  for (let i = start; i < end; i++) if (bytes[i]! > 0x7f) return false;
  return true;
}

/** Writes a string of characters below 256. */
export function writeLatin1(text: string, bytes: Uint8Array, start: number): void {
  if (byteStrings !== undefined) byteStrings.latin1Write.call(bytes, text, start, text.length);
  else for (let i = 0; i < text.length; i++) bytes[start + i] = text.charCodeAt(i);
}

/** Writes a string as UTF-16, little-endian. */
export function writeUtf16(text: string, bytes: Uint8Array, start: number): void {
  if (byteStrings !== undefined && LITTLE_ENDIAN) {
    byteStrings.ucs2Write.call(bytes, text, start, text.length * 2);
    return;
  }
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    bytes[start + 2 * i] = unit;
    bytes[start + 2 * i + 1] = unit >> 8;
  }
}

/** Reads characters below 256. */
export function readLatin1(bytes: Uint8Array, start: number, end: number): string {
  if (byteStrings !== undefined) return byteStrings.latin1Slice.call(bytes, start, end);
  return decodeInChunks(bytes.subarray(start, end));
}

/** Reads UTF-16, little-endian. */
export function readUtf16(bytes: Uint8Array, start: number, end: number): string {
  if (byteStrings !== undefined && LITTLE_ENDIAN) return byteStrings.ucs2Slice.call(bytes, start, end);
  const units = new Uint16Array((end - start) >> 1);
  for (let i = 0; i < units.length; i++) units[i] = bytes[start + 2 * i]! | (bytes[start + 2 * i + 1]! << 8);
  return decodeInChunks(units);
}

/** Reads UTF-8. Bytes that are not UTF-8 become U+FFFD, as `TextDecoder` has it. */
export function readUtf8(bytes: Uint8Array, start: number, end: number): string {
  const { length } = bytes;
  if (end - start <= 64) {
    let ascii = end <= length;
    for (let i = start; ascii && i < end; i++) ascii = bytes[i]! < 0x80;
    if (ascii) return readLatin1(bytes, start, end);
    // Latin-1 is read four times as fast as UTF-8.
  } else if (isAscii?.(bytes.subarray(start, end))) return readLatin1(bytes, start, end);
  if (byteStrings !== undefined) return byteStrings.utf8Slice.call(bytes, start, end);
  decoder ??= new TextDecoder('utf-8', { ignoreBOM: true });
  return decoder.decode(bytes.subarray(start, end));
}

let decoder: { decode(bytes: Uint8Array): string } | undefined;

const CHUNK = 4096;

function decodeInChunks(units: Uint8Array | Uint16Array): string {
  let text = '';
  for (let i = 0; i < units.length; i += CHUNK) {
    text += String.fromCharCode.apply(null, units.subarray(i, i + CHUNK) as unknown as number[]);
  }
  return text;
}
