import { readdirSync } from 'node:fs';
import {
  closeDescriptor,
  createEventDescriptor,
  createPipe,
  createSocketPair,
  duplicateDescriptor,
  duplicateDescriptorTo,
  NativeError,
  POLL_EVENTS,
  poll,
  readDescriptor,
  receiveMessage,
  sendMessage,
  setNonBlocking,
  WATCH_EVENTS,
  Watcher,
  writeDescriptor,
} from '@mp/native';

const bytes = (text: string): Buffer => Buffer.from(text);
const into = Buffer.alloc(100);
const close = (...fds: readonly number[]): void => fds.forEach(closeDescriptor);

test('a pipe carries bytes to its end', () => {
  const [read, write] = createPipe();
  expect(writeDescriptor(write, bytes('hello'))).toBe(5);
  closeDescriptor(write);
  expect(into.toString('utf8', 0, readDescriptor(read, into))).toBe('hello');
  expect(readDescriptor(read, into)).toBe(0);
  close(read);
});

test('a socket pair carries bytes both ways, or packets that keep their boundaries', () => {
  const [a, b] = createSocketPair();
  writeDescriptor(a, bytes('12'));
  writeDescriptor(a, bytes('34'));
  expect(readDescriptor(b, into)).toBe(4);
  const [c, d] = createSocketPair('packets');
  sendMessage(c, bytes('12'));
  sendMessage(c, bytes('34'));
  expect(receiveMessage(d, into)?.length).toBe(2);
  close(a, b, c, d);
});

test('open files travel with a message, and are the same files', () => {
  const [a, b] = createSocketPair();
  const [read, write] = createPipe();
  sendMessage(a, bytes('x'), [write, read]);
  close(write, read);
  const received = receiveMessage(b, into);
  expect(received).toMatchObject({ length: 1, truncated: false });
  const [write2 = -1, read2 = -1] = received?.descriptors ?? [];
  writeDescriptor(write2, bytes('through'));
  expect(into.toString('utf8', 0, readDescriptor(read2, into))).toBe('through');
  close(a, b, write2, read2);
});

test('a packet that is longer than the buffer is told to be cut', () => {
  const [a, b] = createSocketPair('packets');
  sendMessage(a, bytes('123456'));
  expect(receiveMessage(b, Buffer.alloc(3))).toMatchObject({ length: 3, truncated: true });
  close(a, b);
});

test('too many descriptors, or descriptors without a byte, are refused', () => {
  const [a, b] = createSocketPair();
  expect(() => sendMessage(a, bytes('x'), new Array(254).fill(a))).toThrow(TypeError);
  expect(() => sendMessage(a, Buffer.alloc(0), [a])).toThrow(TypeError);
  close(a, b);
});

test('a non-blocking descriptor says that there is nothing, and that it takes nothing', () => {
  const [a, b] = createSocketPair();
  setNonBlocking(a, true);
  expect(readDescriptor(a, into)).toBe(-1);
  expect(receiveMessage(a, into)).toBeUndefined();
  const part = Buffer.alloc(65536);
  while (writeDescriptor(a, part) > 0);
  expect(sendMessage(a, part)).toBe(-1);
  close(a, b);
});

test('poll tells which descriptor is ready, and waits for one', () => {
  const [read, write] = createPipe();
  const entries = [
    { fd: read, events: POLL_EVENTS.readable },
    { fd: write, events: POLL_EVENTS.writable },
  ];
  expect(poll(entries, 0)).toEqual([0, POLL_EVENTS.writable]);
  writeDescriptor(write, bytes('x'));
  expect(poll(entries)).toEqual([POLL_EVENTS.readable, POLL_EVENTS.writable]);
  closeDescriptor(write);
  expect(poll(entries.slice(0, 1), 0)[0]).toBe(POLL_EVENTS.readable | POLL_EVENTS.hangUp);
  closeDescriptor(read);
  expect(poll([{ fd: read, events: POLL_EVENTS.readable }], 0)).toEqual([POLL_EVENTS.invalid]);
});

test('a duplicate is another name of the same file', () => {
  const [read, write] = createPipe();
  const copy = duplicateDescriptor(write);
  const target = createEventDescriptor();
  duplicateDescriptorTo(read, target);
  closeDescriptor(read);
  closeDescriptor(write);
  writeDescriptor(copy, bytes('x'));
  expect(readDescriptor(target, into)).toBe(1);
  close(copy, target);
});

test('a watcher tells when a descriptor is ready, until it is closed', async () => {
  const [read, write] = createPipe();
  let calls = 0;
  await new Promise<void>((resolve) => {
    const watcher = new Watcher(read, (events) => {
      expect(events & WATCH_EVENTS.readable).toBe(WATCH_EVENTS.readable);
      if (++calls < 2) return;
      watcher.close();
      watcher.close();
      resolve();
    });
    watcher.watch(WATCH_EVENTS.readable);
    writeDescriptor(write, bytes('x'));
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(calls).toBe(2);
  close(read, write);
});

test('an error names the call, the reason and a way out', () => {
  expect(() => closeDescriptor(987_654)).toThrow('close failed: EBADF (the descriptor is not open).');
  const [read, write] = createPipe();
  closeDescriptor(read);
  let error: unknown;
  try {
    writeDescriptor(write, bytes('x'));
  } catch (reason) {
    error = reason;
  }
  expect(error).toBeInstanceOf(NativeError);
  expect(error).toMatchObject({ code: 'MP_SYSTEM_CALL', errno: 'EPIPE', syscall: 'write', name: 'NativeError' });
  closeDescriptor(write);
});

test('arguments of the wrong kind are refused', () => {
  expect(() => readDescriptor('1' as never, into)).toThrow(TypeError);
  expect(() => readDescriptor(0, 'text' as never)).toThrow(TypeError);
  expect(() => new Watcher(-1, () => {})).toThrow(NativeError);
});

test('a thousand of each leave no descriptor open', () => {
  const before = readdirSync('/proc/self/fd').length;
  for (let i = 0; i < 1000; i++) {
    const [a, b] = createSocketPair();
    sendMessage(a, bytes('x'), [a, b]);
    const { descriptors = [] } = receiveMessage(b, into) ?? {};
    close(a, b, ...descriptors);
  }
  expect(readdirSync('/proc/self/fd').length).toBe(before);
});
