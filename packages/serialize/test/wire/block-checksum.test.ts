import { deserialize, serialize } from '@mp/serialize';
import { BLOCK_BYTES, portableBlockSums, SUMS_BYTES } from '../../dist/wire/block-sums.js';
import { compileBlockSums } from '../../dist/wire/block-sums-module.js';
import { blockChecksum, checksumOfBlocks, crc32 } from '../../dist/wire/checksum.js';
import { checksum } from '../support/mutations.js';

function bytesOf(length: number): Uint8Array {
  let state = length + 1;
  return Uint8Array.from({ length }, () => {
    state = Math.imul(state, 1_664_525) + 1_013_904_223;
    return state >>> 24;
  });
}

/** The sums of a block, as the format describes them. */
function sumsByDescription(block: Uint8Array): Uint8Array {
  const view = new DataView(block.buffer, block.byteOffset, BLOCK_BYTES);
  const sums = new DataView(new ArrayBuffer(SUMS_BYTES));
  for (let column = 0; column < 16; column++) {
    let a = 0;
    let b = 0;
    for (let row = 0; row < 256; row++) {
      if (row % 2 === 0) a = (a << 5) | (a >>> 27);
      a = (a + view.getUint32((row * 16 + column) * 4, true)) >>> 0;
      b = (b + a) >>> 0;
    }
    const at = Math.floor(column / 4) * 32 + (column % 4) * 4;
    sums.setUint32(at, a, true);
    sums.setUint32(at + 16, b, true);
  }
  return new Uint8Array(sums.buffer);
}

test('the checksum of blocks is what the format says, however it is computed', () => {
  for (const length of [0, 100, BLOCK_BYTES, BLOCK_BYTES + 3, BLOCK_BYTES * 11 + 77, BLOCK_BYTES * 500]) {
    const bytes = bytesOf(length).subarray(length > 6 ? 6 : 0);
    const count = Math.floor(bytes.length / BLOCK_BYTES);
    let expected = 7;
    for (let i = 0; i < count; i++) {
      expected = crc32(sumsByDescription(bytes.slice(i * BLOCK_BYTES, (i + 1) * BLOCK_BYTES)), 0, expected);
    }
    expected = crc32(bytes, count * BLOCK_BYTES, expected);
    expect(checksumOfBlocks(bytes, 0, count, 7, portableBlockSums())).toBe(expected);
    expect(checksumOfBlocks(bytes, 0, count, 7, compileBlockSums()!)).toBe(expected);
    expect(blockChecksum(bytes, 0, 7)).toBe(expected);
  }
});

test('a host without WebAssembly, or that refuses it, computes the sums in plain JavaScript', () => {
  const host = globalThis as unknown as { WebAssembly: unknown };
  const { WebAssembly } = host;
  const refusing = class {
    constructor() {
      throw new RangeError('WebAssembly.Instance(): Out of memory: Cannot allocate Wasm memory for new instance');
    }
  };
  try {
    for (const replaced of [undefined, { Module: refusing, Instance: refusing }]) {
      host.WebAssembly = replaced;
      expect(compileBlockSums()).toBe(undefined);
    }
  } finally {
    host.WebAssembly = WebAssembly;
  }
});

describe('large payloads', () => {
  const value = bytesOf(200_000);
  const bytes = serialize(value);

  test('say that their checksum is that of blocks, and small ones do not', () => {
    expect(bytes[7]! & 128).toBe(128);
    expect(serialize(bytesOf(1000))[7]! & 128).toBe(0);
  });

  test('are read with a CRC-32 of all their bytes as well', () => {
    expect(deserialize(checksum(bytes, bytes[7]! & 127))).toEqual(value);
  });

  test('with any one bit changed are refused', () => {
    for (let i = 6; i < bytes.length; i += i < 32_768 ? 61 : 1009) {
      for (const bit of [1, 128]) {
        const changed = bytes.slice();
        changed[i]! ^= bit;
        expect(() => deserialize(changed)).toThrow();
      }
    }
  });

  test.each([
    [
      'two words exchanged',
      (b: Uint8Array) => b.copyWithin(40_000, 40_064, 40_068).set(bytes.subarray(40_000, 40_004), 40_064),
    ],
    [
      'two blocks exchanged',
      (b: Uint8Array) => {
        b.set(bytes.subarray(6 + BLOCK_BYTES, 6 + 2 * BLOCK_BYTES), 6 + 3 * BLOCK_BYTES);
        b.set(bytes.subarray(6 + 3 * BLOCK_BYTES, 6 + 4 * BLOCK_BYTES), 6 + BLOCK_BYTES);
      },
    ],
    ['a sector that is empty', (b: Uint8Array) => b.fill(0, 51_200, 51_712)],
    ['a sector of another place', (b: Uint8Array) => b.copyWithin(51_200, 102_400, 102_912)],
    [
      'the highest bit of two words of a column changed',
      (b: Uint8Array) => {
        for (const at of [50_009, 50_009 + 64 * 2]) b[at]! ^= 128;
      },
    ],
    [
      'one bit of every word of a column changed',
      (b: Uint8Array) => {
        for (let at = 6 + BLOCK_BYTES * 2; at < 6 + BLOCK_BYTES * 3; at += 64) b[at]! ^= 1;
      },
    ],
  ])('with %s are refused', (_, damage) => {
    const changed = bytes.slice();
    damage(changed);
    expect(() => deserialize(changed)).toThrow();
  });
});
