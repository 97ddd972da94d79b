import fc from 'fast-check';
import { FrameReader, STRANGER_LIMITS } from '../../dist/channel/frame-reader.js';
import { FrameWriter } from '../../dist/channel/frame-writer.js';

interface Frame {
  readonly kind: number;
  readonly body: Uint8Array;
  readonly buffers: readonly Uint8Array[];
}

const frame: fc.Arbitrary<Frame> = fc.record({
  kind: fc.integer({ min: 0, max: 255 }),
  body: fc.oneof(
    fc.uint8Array({ maxLength: 50 }),
    fc.uint8Array({ minLength: 16_000, maxLength: 20_000, size: 'max' }),
  ),
  buffers: fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 3 }),
});

function write(frames: readonly Frame[]): Uint8Array {
  const writer = new FrameWriter();
  for (const { kind, body, buffers } of frames) writer.add(kind, body, buffers, false);
  return Buffer.concat(writer.take());
}

function collect(limits = {}): { readonly reader: FrameReader; readonly frames: Frame[] } {
  const frames: Frame[] = [];
  const reader = new FrameReader((kind, body, buffers) =>
    frames.push({ kind, body: Uint8Array.from(body), buffers: buffers.map((buffer) => Uint8Array.from(buffer)) }),
  );
  Object.assign(reader, limits);
  return { reader, frames };
}

test('what is written is read, wherever the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 6 }), fc.array(fc.integer({ min: 1, max: 5000 })), (frames, cuts) => {
      const bytes = write(frames);
      const { reader, frames: read } = collect();
      let at = 0;
      for (const cut of [...cuts, bytes.length]) {
        reader.push(bytes.subarray(at, at + cut));
        at += cut;
      }
      if (at < bytes.length) reader.push(bytes.subarray(at));
      expect(read).toEqual(frames.map(({ kind, body, buffers }) => ({ kind, body: Uint8Array.from(body), buffers })));
      expect(reader.isInsideFrame).toBe(false);
    }),
    { numRuns: 100 },
  );
});

test('a stream that is cut one byte short is inside a frame', () => {
  const bytes = write([{ kind: 1, body: Uint8Array.of(1, 2, 3), buffers: [Uint8Array.of(4)] }]);
  const { reader, frames } = collect();
  reader.push(bytes.subarray(0, -1));
  expect(reader.isInsideFrame).toBe(true);
  expect(frames).toEqual([]);
  reader.push(bytes.subarray(-1));
  expect(frames).toHaveLength(1);
});

test('a received buffer is memory of its own', () => {
  const bytes = write([{ kind: 1, body: new Uint8Array(0), buffers: [Uint8Array.of(4, 5), Uint8Array.of(6)] }]);
  let memory: ArrayBufferLike[] = [];
  new FrameReader((_kind, _body, buffers) => {
    memory = buffers.map(({ buffer }) => buffer);
  }).push(bytes);
  expect(memory.map(({ byteLength }) => byteLength)).toEqual([2, 1]);
});

test('a lent body may be changed after it was added', () => {
  const writer = new FrameWriter();
  const body = new Uint8Array(100_000).fill(1);
  writer.add(1, body, [], false);
  body.fill(2);
  const { reader, frames } = collect();
  for (const chunk of writer.take()) reader.push(chunk);
  expect(frames[0]?.body.every((byte) => byte === 1)).toBe(true);
});

test('a stranger that announces a large frame is refused before anything is allocated', () => {
  const { reader } = collect({ limits: STRANGER_LIMITS });
  const header = Buffer.alloc(8);
  header.writeUInt32LE(0xffff_ffff, 0);
  expect(() => reader.push(header)).toThrow(expect.objectContaining({ code: 'MP_PROTOCOL' }));
});
