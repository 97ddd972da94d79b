import { existsSync, readdirSync } from 'node:fs';
import { NativeError, SharedMemory, sweepSharedMemory } from '@mp/native';
import { run, start } from '../support/run.js';

// Real processes, on a machine that may be busy.
jest.setTimeout(60_000);

let count = 0;
const freshName = (): string => `test-${process.pid}-${count++}`;
const fileOf = (name: string): string => `/dev/shm/mp-${name}`;
const descriptors = (): number => readdirSync('/proc/self/fd').length;

describe('shared memory', () => {
  test('is zero at first, and one memory for all who attach it by name', () => {
    using memory = SharedMemory.create({ size: 100 });
    using same = SharedMemory.attach(memory.name as string);
    expect(same.size).toBe(100);
    expect(new Uint8Array(memory.buffer)).toEqual(new Uint8Array(100));
    new Uint8Array(memory.buffer)[99] = 7;
    expect(new Uint8Array(same.buffer)[99]).toBe(7);
  });

  test('without a name is one memory for all who have a descriptor of it, and cannot be cut off', async () => {
    const { duplicateDescriptor } = await import('@mp/native');
    const { ftruncateSync } = await import('node:fs');
    using memory = SharedMemory.createAnonymous({ size: 5000 });
    using same = SharedMemory.fromDescriptor(duplicateDescriptor(memory.descriptor));
    new Uint8Array(memory.buffer)[4999] = 7;
    expect(new Uint8Array(same.buffer)[4999]).toBe(7);
    expect(() => ftruncateSync(memory.descriptor, 1)).toThrow(/EPERM/);
  });

  test('that is closed has empty views: nothing reaches memory that is gone', () => {
    const memory = SharedMemory.create({ size: 16 });
    const view = new Int32Array(memory.buffer);
    view[0] = 1;
    memory.close();
    memory.close();
    expect(view.length).toBe(0);
    expect(view[0]).toBeUndefined();
    expect(memory.closed).toBe(true);
    expect(() => memory.buffer).toThrow(expect.objectContaining({ code: 'MP_CLOSED' }));
  });

  test('whose buffer was transferred stays mapped for the new owner when it is closed', () => {
    const memory = SharedMemory.create({ size: 16 });
    const { buffer } = memory;
    // Node 20 lets it be transferred by cloning, later versions by a method of its own only.
    const moved =
      'transfer' in buffer
        ? (buffer as { transfer(): ArrayBuffer }).transfer()
        : structuredClone(buffer, { transfer: [buffer] });
    const view = new Uint8Array(moved);
    memory.close();
    view[0] = 5;
    expect(view[0]).toBe(5);
  });

  test('goes with the last one who closes it', () => {
    const name = freshName();
    const memory = SharedMemory.create({ name, size: 10 });
    const other = SharedMemory.attach(name);
    memory.close();
    expect(existsSync(fileOf(name))).toBe(true);
    other.close();
    expect(existsSync(fileOf(name))).toBe(false);
  });

  test('that is persistent stays until it is unlinked', () => {
    const name = freshName();
    SharedMemory.create({ name, size: 10, persistent: true }).close();
    sweepSharedMemory();
    using memory = SharedMemory.attach(name);
    expect(memory.unlink()).toBe(true);
    expect(memory.unlink()).toBe(false);
    expect(existsSync(fileOf(name))).toBe(false);
  });

  test.each(['attachAndExit', 'attachAndCrash'])('survives another process that does %s', async (what) => {
    const name = freshName();
    using memory = SharedMemory.create({ name, size: 10 });
    await run('segment.mjs', what, name);
    expect(new Uint8Array(memory.buffer)[1]).toBe(what === 'attachAndExit' ? 2 : 3);
    expect(existsSync(fileOf(name))).toBe(true);
    SharedMemory.attach(name).close();
  });

  test('survives its creator while another has it, and goes with that one', async () => {
    const name = freshName();
    const memory = SharedMemory.create({ name, size: 10 });
    new Uint8Array(memory.buffer)[0] = 42;
    const holder = start('segment.mjs', 'hold', name);
    await holder.ready;
    memory.close();
    expect(existsSync(fileOf(name))).toBe(true);
    holder.process.stdin?.write('go');
    expect((await holder.result).output).toBe('attached42');
    expect(existsSync(fileOf(name))).toBe(false);
  });

  test('of a creator that never closed it goes with the creator', async () => {
    const name = freshName();
    expect((await run('segment.mjs', 'createAndExit', name)).code).toBe(0);
    expect(existsSync(fileOf(name))).toBe(false);
  });

  test('of a creator that crashed is removed by the next sweep, and its name can be used again at once', async () => {
    const [first, second] = [freshName(), freshName()];
    for (const name of [first, second])
      expect((await run('segment.mjs', 'createAndCrash', name)).signal).toBe('SIGKILL');
    expect(existsSync(fileOf(first)) || existsSync(fileOf(second))).toBe(true);
    using again = SharedMemory.create({ name: first, size: 20 });
    expect(new Uint8Array(again.buffer)[0]).toBe(0);
    sweepSharedMemory();
    expect(existsSync(fileOf(second))).toBe(false);
    expect(existsSync(fileOf(first))).toBe(true);
  });
});

describe('shared memory is refused', () => {
  test('with a name that is taken', () => {
    using memory = SharedMemory.create({ size: 10 });
    const name = memory.name as string;
    expect(() => SharedMemory.create({ name, size: 10 })).toThrow(
      expect.objectContaining({ code: 'MP_SEGMENT_EXISTS' }),
    );
  });

  test('with a name that nobody made', () => {
    expect(() => SharedMemory.attach('nowhere')).toThrow(expect.objectContaining({ code: 'MP_NO_SEGMENT' }));
  });

  test.each(['', '../passwd', 'a/b', '.hidden', 'x'.repeat(300)])('with the name %j', (name) => {
    expect(() => SharedMemory.create({ name, size: 1 })).toThrow(expect.objectContaining({ code: 'MP_ARGUMENT' }));
  });

  test.each([0, -1, 1.5, Number.NaN])('with the size %d', (size) => {
    expect(() => SharedMemory.create({ size })).toThrow(expect.objectContaining({ code: 'MP_ARGUMENT' }));
  });

  test('where there is not enough memory, with an error that says so, and nothing is left of it', () => {
    const before = descriptors();
    const files = readdirSync('/dev/shm').length;
    let error: unknown;
    try {
      SharedMemory.create({ size: 2 ** 46 });
    } catch (reason) {
      error = reason;
    }
    expect(error).toBeInstanceOf(NativeError);
    expect(error).toMatchObject({ code: 'MP_SYSTEM_CALL', errno: 'ENOSPC', syscall: 'posix_fallocate' });
    expect(descriptors()).toBe(before);
    expect(readdirSync('/dev/shm').length).toBe(files);
  });

  test('when it is made and closed a thousand times, by nothing: no descriptor or file is left', () => {
    const before = descriptors();
    for (let i = 0; i < 1000; i++) SharedMemory.create({ size: 4096 }).close();
    for (let i = 0; i < 1000; i++) SharedMemory.createAnonymous({ size: 4096 }).close();
    expect(descriptors()).toBe(before);
  });
});
