import { BufferTooShort, type Connection, EOFError, Pipe, wait } from '@mp/runtime';
import { contexts, tasks } from '../support/contexts.js';

describe('a pipe inside one process', () => {
  test('carries values both ways, in order', async () => {
    const [a, b] = Pipe();
    for (const value of [1, 'two', { three: [3] }, undefined, null]) await a.send(value);
    for (const value of [1, 'two', { three: [3] }, undefined, null]) expect(await b.recv()).toEqual(value);
    await b.send('back');
    expect(await a.recv()).toBe('back');
  });

  test('a message is read when it is sent', async () => {
    const [a, b] = Pipe();
    const object = { n: 1 };
    const sent = a.send(object);
    object.n = 2;
    await sent;
    expect(await b.recv()).toEqual({ n: 1 });
  });

  test('a value that cannot travel fails the send alone, with its path', async () => {
    const [a, b] = Pipe();
    await expect(a.send({ deep: [tasks.suspended()] })).rejects.toMatchObject({ path: 'message.deep[0]' });
    await a.send('next');
    expect(await b.recv()).toBe('next');
  });

  test('closing one end is the end of the messages for the other, after those that were sent', async () => {
    const [a, b] = Pipe();
    await a.send(1);
    await a.close();
    expect(await b.recv()).toBe(1);
    await expect(b.recv()).rejects.toBeInstanceOf(EOFError);
    await expect(b.send(2)).rejects.toMatchObject({ code: 'MP_BROKEN_PIPE' });
    await expect(a.send(3)).rejects.toMatchObject({ code: 'MP_CLOSED' });
    await expect(a.recv()).rejects.toMatchObject({ code: 'MP_CLOSED' });
    expect([a.closed, b.closed]).toEqual([true, false]);
  });

  test('closing an end fails whoever receives on it', async () => {
    const [a] = Pipe();
    const waiting = a.recv();
    await a.close();
    await expect(waiting).rejects.toMatchObject({ code: 'MP_CLOSED' });
  });

  test('a loop over a connection ends with the messages', async () => {
    const [a, b] = Pipe<never, number>();
    const seen: number[] = [];
    const loop = (async () => {
      for await (const n of a) seen.push(n);
    })();
    await b.send(1);
    await b.send(2);
    await b.close();
    await loop;
    expect(seen).toEqual([1, 2]);
  });

  test('an end cannot be sent over itself or its other end, and is as it was', async () => {
    const [a, b] = Pipe();
    await expect(a.send(a)).rejects.toMatchObject({ cause: { code: 'MP_STATE' } });
    await expect(a.send({ nested: [b] })).rejects.toMatchObject({
      path: 'message.nested[0]',
      cause: { code: 'MP_STATE' },
    });
    await a.send('goes on');
    expect(await b.recv()).toBe('goes on');
    await b.send('and back');
    expect(await a.recv()).toBe('and back');
  });

  test('without duplex, one end only receives and the other only sends', async () => {
    const [reader, writer] = Pipe({ duplex: false });
    expect([reader.readable, reader.writable, writer.readable, writer.writable]).toEqual([true, false, false, true]);
    await writer.send(1);
    expect(await reader.recv()).toBe(1);
    await expect(reader.send(1)).rejects.toMatchObject({ code: 'MP_STATE' });
    await expect(writer.recv()).rejects.toMatchObject({ code: 'MP_STATE' });
  });

  test('bytes keep their boundaries, also empty ones', async () => {
    const [a, b] = Pipe();
    const bytes = Buffer.from('hello world');
    await a.sendBytes(bytes);
    await a.sendBytes(bytes, 6);
    await a.sendBytes(bytes, 0, 5);
    await a.sendBytes(new Uint8Array(0));
    const read = async () => Buffer.from(await b.recvBytes()).toString();
    expect([await read(), await read(), await read(), await read()]).toEqual(['hello world', 'world', 'hello', '']);
  });

  test.each([
    [-1, undefined],
    [12, undefined],
    [0, 12],
    [6, 6],
    [3, -1],
  ])('sendBytes refuses offset %p and size %p', async (offset, size) => {
    const [a] = Pipe();
    await expect(a.sendBytes(Buffer.from('hello world'), offset, size)).rejects.toMatchObject({ code: 'MP_ARGUMENT' });
  });

  test('recvBytesInto fills memory of the caller', async () => {
    const [a, b] = Pipe();
    await a.sendBytes(Uint16Array.of(1, 2));
    const target = new Uint16Array(4);
    expect(await b.recvBytesInto(target, 2)).toBe(4);
    expect([...target]).toEqual([0, 1, 2, 0]);
  });

  test('a message that does not fit is in the error', async () => {
    const [a, b] = Pipe();
    await a.sendBytes(Uint8Array.of(1, 2, 3));
    const error = await b.recvBytesInto(new Uint8Array(2)).catch((caught) => caught);
    expect(error).toBeInstanceOf(BufferTooShort);
    expect([...error.bytes]).toEqual([1, 2, 3]);
  });

  test('a message over maxLength closes the connection', async () => {
    const [a, b] = Pipe();
    await a.sendBytes(new Uint8Array(10));
    await expect(b.recvBytes(9)).rejects.toBeInstanceOf(BufferTooShort);
    expect(b.closed).toBe(true);
  });

  test('receiving the other kind of message fails and leaves it there', async () => {
    const [a, b] = Pipe();
    await a.sendBytes(Uint8Array.of(1));
    await expect(b.recv()).rejects.toMatchObject({ code: 'MP_MESSAGE_KIND' });
    expect([...(await b.recvBytes())]).toEqual([1]);
  });

  test('poll says whether there is something, and takes nothing', async () => {
    const [a, b] = Pipe();
    expect(await b.poll()).toBe(false);
    expect(await b.poll(10)).toBe(false);
    expect(await b.poll(-1)).toBe(false);
    await a.sendBytes(new Uint8Array(0));
    expect(await b.poll()).toBe(true);
    expect(await b.poll(Number.POSITIVE_INFINITY)).toBe(true);
    expect((await b.recvBytes()).length).toBe(0);
    await a.close();
    expect(await b.poll(1000)).toBe(true);
  });

  test('wait answers with all that are ready, in order', async () => {
    const [a, b] = Pipe();
    const [c, d] = Pipe();
    expect(await wait([b, d], 0)).toEqual([]);
    expect(await wait([b, d], -5)).toEqual([]);
    expect(await wait([], 10)).toEqual([]);
    const waiting = wait([b, d]);
    await c.send(1);
    expect(await waiting).toEqual([d]);
    await a.send(1);
    expect(await b.poll(1000)).toBe(true);
    expect(await wait([d, b], 1000)).toEqual([d, b]);
  });

  test('who sends without receiving has to wait', async () => {
    const [a, b] = Pipe();
    let sent = 0;
    const sending = (async () => {
      for (; sent < 200; sent++) await a.sendBytes(new Uint8Array(1 << 16));
    })();
    // Nothing but the event loop moves what is sent: when nothing has moved for a while of turns, nothing will.
    for (let last = -1, turns = 0; turns < 100; turns = sent === last ? turns + 1 : 0) {
      last = sent;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(sent).toBeLessThan(200);
    for (let i = 0; i < 200; i++) await b.recvBytes();
    await sending;
    expect(sent).toBe(200);
  });
});

describe.each(contexts)('a pipe to a %s process', (_method, context) => {
  test('an end goes along with what has to be prepared first, and stays where something cannot travel', async () => {
    const [here, there] = context.Pipe();
    await here.send('early');
    const stuck = new context.Process({ target: tasks.sendOn, args: [there, tasks.suspended()] });
    if (_method.startsWith('fork') && !_method.startsWith('forkserver')) return;
    await expect(stuck.start()).rejects.toThrow();
    expect(await there.recv()).toBe('early');
    await there.send('still here');
    expect(await here.recv()).toBe('still here');
    const child = new context.Process({ target: tasks.answerOnAll, args: [{ list: [there] }] });
    await child.start();
    await here.send('hello');
    expect(await here.recv()).toEqual([0, 'hello']);
    await child.join();
  });

  test('many ends go to one process, in any place of its arguments', async () => {
    const pipes = Array.from({ length: 12 }, () => context.Pipe());
    const child = new context.Process({ target: tasks.answerOnAll, args: [{ list: pipes.map(([, there]) => there) }] });
    await child.start();
    for (const [here] of pipes) await here.send('hello');
    expect(await Promise.all(pipes.map(([here]) => here.recv()))).toEqual(pipes.map((_, i) => [i, 'hello']));
    await child.join();
    expect(child.exitCode).toBe(0);
    for (const [here] of pipes) await expect(here.recv()).rejects.toBeInstanceOf(EOFError);
  });

  const run = async (target: (...args: never[]) => unknown, ...args: unknown[]) => {
    const child = new context.Process({ target: target as never, args: args as never });
    await child.start();
    return child;
  };

  test('carries values there and back', async () => {
    const [here, there] = context.Pipe();
    const child = await run(tasks.echoOn, there);
    const messages = [
      1,
      'text',
      { list: [1, 2, { three: 3 }] },
      new Map([[1, new Set([2])]]),
      new Uint8Array(200_000).fill(9),
    ];
    for (const message of messages) await here.send(message);
    for (const message of messages) expect(await here.recv()).toEqual(message);
    await here.close();
    await child.join();
    expect(child.exitCode).toBe(0);
  });

  test('carries 16 MB of bytes', async () => {
    const [here, there] = context.Pipe();
    const child = await run(tasks.echoBytesOn, there);
    const bytes = new Uint8Array(16 << 20).map((_, i) => i * 7);
    await here.sendBytes(bytes);
    expect(Buffer.compare(await here.recvBytes(), bytes)).toBe(0);
    await child.join();
  });

  test('the end that was sent is gone here', async () => {
    const [here, there] = context.Pipe();
    const child = await run(tasks.closeAtOnce, there);
    await expect(there.recv()).rejects.toMatchObject({ code: 'MP_MOVED' });
    await expect(here.recv()).rejects.toBeInstanceOf(EOFError);
    await child.join();
  });

  test('the end of the process is the end of the messages', async () => {
    const [here, there] = context.Pipe();
    const child = await run(tasks.sendOn, there, 'last words');
    expect(await here.recv()).toBe('last words');
    await expect(here.recv()).rejects.toBeInstanceOf(EOFError);
    await child.join();
  });

  test('both ends can go to two processes', async () => {
    const [a, b] = context.Pipe();
    const [report, reporter] = context.Pipe();
    const echo = await run(tasks.echoOn, a);
    const other = await run(tasks.relayOver, b, reporter);
    expect(await report.recv()).toEqual(['echoed', 'ping']);
    await Promise.all([echo.join(), other.join()]);
  });

  test('a connection that was used can move on, and what was not received moves with it', async () => {
    const [a, b] = context.Pipe();
    await a.send('for here');
    expect(await b.recv()).toBe('for here');
    await b.send('from here');
    await a.send(1);
    await a.send(2);
    const child = await run(tasks.receiveAndSend, b);
    expect(await a.recv()).toBe('from here');
    expect(await a.recv()).toEqual([2, 1]);
    await child.join();
  });

  test('a connection can be sent over a connection', async () => {
    const [carrier, far] = context.Pipe();
    const [here, there] = context.Pipe();
    const child = await run(tasks.relayConnection, far);
    await carrier.send(there as Connection);
    expect(await here.recv()).toBe('through the second process');
    await child.join();
  });

  test('wait hears of a process that ends', async () => {
    const child = await run(tasks.sleep, 20);
    const [here] = context.Pipe();
    expect(await wait([here, child.sentinel], 10_000)).toEqual([expect.objectContaining({ pid: child.pid })]);
    await child.join();
  });
});

test('an end that was sent to a process which ends without taking it is the end of the messages', async () => {
  const [, context] = contexts[0] as (typeof contexts)[number];
  const [here, there] = context.Pipe();
  const child = new context.Process({
    target: tasks.nothing,
    args: [there] as never,
    execArgv: ['--no-such-flag'],
    output: 'ignore',
  });
  await child.start();
  await expect(here.recv()).rejects.toBeInstanceOf(EOFError);
  await child.join();
});
