import { crc32 as zlibCrc32 } from 'node:zlib';
import { crc32, portableCrc32 } from '../../dist/wire/checksum.js';

function bytesOf(length: number): Uint8Array {
  let state = length + 1;
  return Uint8Array.from({ length }, () => {
    state = Math.imul(state, 1_664_525) + 1_013_904_223;
    return state >>> 24;
  });
}

test('the checksum in plain JavaScript is that of zlib, for every length around the blocks it takes, and every beginning', () => {
  for (let length = 0; length < 600; length++) {
    const bytes = bytesOf(length);
    for (const seed of [0, 1, 0x7fffffff, 0x80000000, 0xffffffff]) {
      expect(portableCrc32(bytes, 0, seed)).toBe(zlibCrc32(bytes, seed));
    }
  }
});

test('the checksum does not depend on which of the two computes it', () => {
  const bytes = bytesOf(200_000);
  for (let length = 0; length < bytes.length; length = length * 2 + 1) {
    const part = bytes.subarray(0, length);
    expect(crc32(part, 0, 7)).toBe(zlibCrc32(part, 7));
  }
});

test('the checksum of a part that begins anywhere is that of a copy of it', () => {
  const bytes = bytesOf(100);
  for (let start = 0; start < 20; start++) {
    expect(portableCrc32(bytes, start, 0)).toBe(zlibCrc32(bytes.slice(start), 0));
    expect(portableCrc32(bytes.subarray(start), 0, 0)).toBe(zlibCrc32(bytes.slice(start), 0));
  }
});
