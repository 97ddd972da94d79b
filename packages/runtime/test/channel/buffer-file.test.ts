import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { BufferFile, roomIn, type StoredBuffer } from '../../dist/channel/buffer-file.js';

const REGION = 1 << 24;
const folder = mkdtempSync(join(tmpdir(), 'mp-buffer-file-'));
const path = join(folder, 'file');
writeFileSync(path, 'own');
const descriptor = openSync(path, 'r+');
afterAll(() => {
  closeSync(descriptor);
  rmSync(folder, { recursive: true });
});

/** Bytes of which every piece says where it belongs. */
const pattern = (length: number, seed: number) => Buffer.alloc(length, `${seed},`);

test('what one end puts the other one takes, whatever is taken in whatever order meanwhile', () => {
  const step = fc.oneof(
    fc.record({ put: fc.constant(true), side: fc.boolean(), n: fc.integer({ min: 1 << 16, max: 7e6 }) }),
    fc.record({ put: fc.constant(false), side: fc.boolean(), n: fc.nat(100) }),
  );
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 40 }), (steps) => {
      const ends = [new BufferFile(descriptor, 'parent', REGION), new BufferFile(descriptor, 'child', REGION)] as const;
      const underWay: { place: StoredBuffer; seed: number }[][] = [[], []];
      steps.forEach(({ put, side, n }, seed) => {
        const from = Number(side);
        const list = underWay[from] as { place: StoredBuffer; seed: number }[];
        if (put) {
          const place = ends[from]?.put(pattern(n, seed));
          const used = list.reduce((sum, { place: { length } }) => sum + length, 0);
          if (used === 0) expect(place).toBeDefined();
          if (place !== undefined) list.push({ place, seed });
        } else if (list.length > 0) {
          const [{ place, seed: put }] = list.splice(n % list.length, 1) as [{ place: StoredBuffer; seed: number }];
          const taken = ends[1 - from]?.take(place) as Uint8Array;
          expect(Buffer.compare(taken, pattern(place.length, put))).toBe(0);
          ends[from]?.free(place.offset);
        }
      });
      for (const [from, list] of underWay.entries())
        for (const { place, seed } of list)
          expect(Buffer.compare(ends[1 - from]?.take(place) as Uint8Array, pattern(place.length, seed))).toBe(0);
    }),
    { numRuns: 40 },
  );
});

test('small data, data without room, and a file that cannot be written go another way', () => {
  const file = new BufferFile(descriptor, 'parent', REGION);
  expect(file.put(new Uint8Array((1 << 16) - 1))).toBeUndefined();
  expect(file.put(new Uint8Array(REGION + 1))).toBeUndefined();
  const whole = file.put(new Uint8Array(REGION)) as StoredBuffer;
  expect(file.put(new Uint8Array(1 << 16))).toBeUndefined();
  file.free(whole.offset);
  expect(file.put(new Uint8Array(1 << 16))).toBeDefined();
  const readOnly = openSync(path, 'r');
  expect(new BufferFile(readOnly, 'parent', REGION).put(new Uint8Array(1 << 16))).toBeUndefined();
  closeSync(readOnly);
});

test('a place that is not in the region of the other end is refused', () => {
  const file = new BufferFile(descriptor, 'child', REGION);
  for (const place of [
    { offset: 0, length: 4 },
    { offset: 4096, length: REGION + 1 },
    { offset: 4096 + REGION, length: 1 },
    { offset: Number.NaN, length: 1 },
    { offset: 4096, length: -1 },
  ])
    expect(() => file.take(place)).toThrow(expect.objectContaining({ code: 'MP_PROTOCOL' }));
});

test('a file on a disk takes nothing', () => {
  const own = openSync(new URL(import.meta.url), 'r');
  expect(roomIn(own)).toBe(0);
  closeSync(own);
  expect(roomIn(-1)).toBe(0);
});
