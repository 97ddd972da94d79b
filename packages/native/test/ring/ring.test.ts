import { createHash, randomBytes } from 'node:crypto';
import { createRing, RingReader, RingWriter, SharedMemory } from '@mp/native';
import fc from 'fast-check';
import { run } from '../support/run.js';

// Real processes, on a machine that may be busy.
jest.setTimeout(60_000);

let count = 0;

function createMemory(size: number): SharedMemory & { name: string } {
  const memory = SharedMemory.create({ name: `ring-${process.pid}-${count++}`, size });
  createRing(memory);
  return memory as SharedMemory & { name: string };
}

describe('a ring', () => {
  test('gives back what was written, in order, whatever the sizes of writes and reads', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 400 })), { maxLength: 60 }),
        (steps) => {
          using memory = createMemory(512);
          const writer = new RingWriter(memory);
          const reader = new RingReader(memory);
          const expected: Buffer[] = [];
          const found: Buffer[] = [];
          const take = (size: number): number => {
            const into = Buffer.alloc(size);
            const read = reader.tryRead(into);
            found.push(into.subarray(0, read));
            return read;
          };
          for (const [write, read] of steps) {
            const bytes = randomBytes(write);
            const written = writer.tryWrite(bytes);
            expect(written).toBeLessThanOrEqual(writer.capacity);
            expected.push(bytes.subarray(0, written));
            take(read);
          }
          while (take(100) > 0);
          expect(Buffer.concat(found).equals(Buffer.concat(expected))).toBe(true);
          expect([reader.available, writer.free]).toEqual([0, writer.capacity]);
        },
      ),
    );
  });

  test('carries much more than it holds to another process, which waits for it and makes it wait', async () => {
    using memory = createMemory(4096);
    const writer = new RingWriter(memory);
    const peer = run('ring-peer.mjs', memory.name, 'read', '0');
    const data = randomBytes(3_000_000);
    for (let at = 0; at < data.length; at += 12_345) {
      const part = data.subarray(at, at + 12_345);
      if (at % 2) await writer.write(part);
      else writer.writeSync(part);
    }
    writer.close();
    expect((await peer).output).toBe(`${data.length} ${createHash('sha256').update(data).digest('hex')}`);
  });

  test('wraps its positions after four gigabytes', () => {
    using memory = createMemory(512);
    const near = new Int32Array(memory.buffer);
    near[16] = -100;
    near[32] = -100;
    const writer = new RingWriter(memory);
    const reader = new RingReader(memory);
    const into = Buffer.alloc(200);
    for (let i = 0; i < 10; i++) {
      const bytes = randomBytes(150);
      expect(writer.tryWrite(bytes)).toBe(150);
      expect(reader.tryRead(into)).toBe(150);
      expect(into.subarray(0, 150).equals(bytes)).toBe(true);
    }
  });

  test('tells a writer that its reader died, and one that waits too', async () => {
    using memory = createMemory(4096);
    const writer = new RingWriter(memory);
    const peer = run('ring-peer.mjs', memory.name, 'readSomeAndCrash', '100');
    await expect(writer.write(Buffer.alloc(100_000))).rejects.toMatchObject({ code: 'MP_PEER_GONE' });
    expect((await peer).signal).toBe('SIGKILL');
    expect(writer.peerGone).toBe(true);
  });

  test('gives a reader everything that was written before its writer died, and then the end', async () => {
    using memory = createMemory(4096);
    const peer = run('ring-peer.mjs', memory.name, 'writeAndCrash', '1000');
    const reader = new RingReader(memory);
    let length = 0;
    const into = Buffer.alloc(333);
    for (let read = await reader.read(into); read > 0; read = await reader.read(into)) length += read;
    expect(length).toBe(1000);
    expect((await peer).signal).toBe('SIGKILL');
  });

  test('is refused at the closed end, and ends the wait of the other one', async () => {
    using memory = createMemory(1024);
    const writer = new RingWriter(memory);
    const reader = new RingReader(memory);
    const waiting = reader.read(Buffer.alloc(10));
    writer.close();
    expect(await waiting).toBe(0);
    expect(() => writer.tryWrite(Buffer.alloc(1))).toThrow(expect.objectContaining({ code: 'MP_CLOSED' }));
    reader.close();
    using other = createMemory(1024);
    const lonely = new RingWriter(other);
    new RingReader(other).close();
    expect(() => lonely.tryWrite(Buffer.alloc(1))).toThrow(expect.objectContaining({ code: 'MP_PEER_GONE' }));
  });

  test('ends a wait by its signal', async () => {
    using memory = createMemory(1024);
    const reader = new RingReader(memory);
    const controller = new AbortController();
    const waiting = reader.read(Buffer.alloc(1), { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });

  test('is not found in other memory, and not trusted to hold more than it can', () => {
    using plain = SharedMemory.createAnonymous({ size: 4096 });
    expect(() => new RingReader(plain)).toThrow(expect.objectContaining({ code: 'MP_LAYOUT' }));
    using small = SharedMemory.createAnonymous({ size: 100 });
    expect(() => createRing(small)).toThrow(expect.objectContaining({ code: 'MP_ARGUMENT' }));
    using memory = createMemory(1024);
    const reader = new RingReader(memory);
    new Int32Array(memory.buffer)[16] = 2000;
    expect(() => reader.tryRead(Buffer.alloc(10))).toThrow(expect.objectContaining({ code: 'MP_LAYOUT' }));
  });
});
