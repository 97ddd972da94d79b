import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { structuredCloneCodec } from '@mp/codec/structured-clone';
import { type Connection, type Context, getAllStartMethods, getContext, importShared, Pipe, Queue } from '@mp/runtime';
import { startMethods } from '../support/start-methods.js';

const tasks = await importShared<typeof import('../support/socket-tasks.js')>(
  new URL('../support/socket-tasks.js', import.meta.url),
);
const contexts: (readonly [string, Context, isOtherProcess: boolean])[] = startMethods.flatMap((method) => [
  [method, getContext(method), method !== 'thread'] as const,
  [`${method} (structured clone)`, getContext({ method, codec: structuredCloneCodec }), method !== 'thread'] as const,
]);
const folder = mkdtempSync(join(tmpdir(), 'mp-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

let sockets = 0;
/** Where a test listens: the port 0 of TCP, or a socket path of its own. */
const places: readonly (readonly [string, () => number | string])[] = [
  ['TCP', () => 0],
  ['a unix socket', () => join(folder, `s${++sockets}`)],
];

async function listen(server: Server, place: number | string): Promise<() => Socket> {
  server.listen(place);
  await once(server, 'listening');
  const address = server.address() as AddressInfo | string;
  return () => (typeof address === 'string' ? connect(address) : connect(address.port));
}

async function ask(open: () => Socket, question = 'hello'): Promise<string> {
  const socket = open();
  socket.write(question);
  return text(socket);
}

/** Two ends of a TCP connection of this process. */
async function connected(): Promise<{ readonly here: Socket; readonly there: Socket; readonly server: Server }> {
  const server = createServer({ pauseOnConnect: true });
  const open = await listen(server, 0);
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const here = open();
  const [there] = await accepted;
  return { here, there, server };
}

const withDescriptors = getAllStartMethods().includes('forkserver') ? describe : describe.skip;

withDescriptors.each(contexts)('over %s', (_name, context, isOtherProcess) => {
  test.each(places)('connections of a server are handled by children, over %s', async (_place, place) => {
    const server = createServer({ pauseOnConnect: true });
    const open = await listen(server, place());
    const children = await Promise.all(
      [0, 1].map(async () => {
        const [here, there] = context.Pipe<Socket | null, number>();
        const child = new context.Process({ target: tasks.answerSockets, args: [there as never] });
        await child.start();
        return { child, here, id: await here.recv() };
      }),
    );
    let next = 0;
    server.on('connection', (socket) => children[next++ % 2]?.here.send(socket));
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((question) => ask(open, question)));
    const ids = children.map(({ id }) => id);
    expect(answers.map((answer) => answer.split(' ')[1])).toEqual(['a', 'b', 'c', 'd']);
    for (const id of ids) expect(answers.filter((answer) => answer.startsWith(`${id} `)).length).toBeGreaterThan(0);
    if (isOtherProcess) expect(ids).not.toContain(process.pid);
    for (const { child, here } of children) {
      await here.send(null);
      await child.join();
      expect(child.exitCode).toBe(0);
    }
    server.close();
  });

  test.each(places)('a listening server that was an argument accepts there, over %s', async (_place, place) => {
    const server = createServer();
    const open = await listen(server, place());
    const [here, there] = context.Pipe<string, number>();
    const child = new context.Process({ target: tasks.acceptThere, args: [there as never, server] });
    await child.start();
    const id = await here.recv();
    // A unix socket's path goes with the server that made it; that one is kept until the end.
    if (typeof server.address() !== 'string') server.close();
    else server.on('connection', (socket) => socket.end(String(process.pid)));
    const answer = await ask(open);
    expect([`${id}`, `${process.pid}`]).toContain(answer);
    if (typeof server.address() !== 'string') expect(answer).toBe(`${id}`);
    await here.send('stop');
    await child.join();
    server.close();
  });

  test('a server arrives in a task of a pool', async () => {
    const server = createServer();
    await listen(server, 0);
    await using pool = new context.Pool(1);
    expect(await pool.apply(tasks.addressOf, [server])).toEqual(server.address());
    server.close();
  });
});

withDescriptors('a socket that is sent', () => {
  test('is gone here, and brings along what had arrived and was not read', async () => {
    const { here, there, server } = await connected();
    here.write('first ');
    there.on('readable', () => {});
    await once(there, 'readable');
    const [a, b] = Pipe<Socket>();
    await a.send(there);
    expect(there.destroyed).toBe(true);
    const arrived = (await b.recv()) as Socket;
    here.end('second');
    expect(await text(arrived)).toBe('first second');
    server.close();
    await Promise.all([a.close(), b.close()]);
  });

  test('that nobody receives is closed with the process it was meant for', async () => {
    const { here, there, server } = await connected();
    const child = new (getContext('spawn').Process)({ target: process.exit as never, args: [0, there] as never });
    await child.start().catch(() => {});
    await child.join();
    expect(await text(here)).toBe('');
    server.close();
  });

  test.each<[string, (socket: Socket) => void, string]>([
    ['was ended', (socket) => socket.end(), 'it was ended here'],
    ['was destroyed', (socket) => socket.destroy(), 'it is not connected'],
    ['has an encoding', (socket) => socket.setEncoding('utf8'), 'it has an encoding'],
    ['has bytes to write', (socket) => socket.cork() as never, 'are not sent yet'],
  ])('is refused where it %s', async (_what, change, message) => {
    const { here, there, server } = await connected();
    change(there);
    if (there.writableCorked > 0) there.write('later');
    const [a, b] = Pipe();
    await expect(a.send({ socket: there })).rejects.toMatchObject({
      code: 'MP_REDUCER_FAILED',
      cause: expect.objectContaining({ code: 'MP_UNSUPPORTED', message: expect.stringContaining(message) }),
    });
    there.destroy();
    here.destroy();
    server.close();
    await Promise.all([a.close(), b.close()]);
  });

  test('is still here, with what had arrived, where another part of the message cannot travel', async () => {
    const { here, there, server } = await connected();
    here.write('first ');
    there.on('readable', () => {});
    await once(there, 'readable');
    const descriptors = () => readdirSync('/proc/self/fd').length;
    const before = descriptors();
    const [a, b] = Pipe();
    const unsendable = (function* () {
      yield 1;
    })();
    unsendable.next();
    for (let i = 0; i < 10; i++)
      await expect(a.send({ there, server, unsendable } as never)).rejects.toThrow(/unsendable/);
    expect(descriptors() - before).toBeLessThan(5);
    expect(there.destroyed).toBe(false);
    await a.send(there as never);
    here.end('second');
    expect(await text((await b.recv()) as Socket)).toBe('first second');
    server.close();
    await Promise.all([a.close(), b.close()]);
  });

  test('can go through a queue, and so can a server', async () => {
    const { here, there, server } = await connected();
    const queue = new Queue<Socket | Server | null>();
    const [asking, answering] = Pipe<number, Connection>();
    const child = new (getContext('spawn').Process)({
      target: tasks.answerFromQueue as never,
      args: [queue, answering] as never,
    });
    await child.start();
    const id = await asking.recv();
    await queue.put(there);
    here.write('hello');
    expect(await text(here)).toBe(`${id} hello`);
    await queue.put(server);
    const { port } = server.address() as AddressInfo;
    expect(await asking.recv()).toBe(id);
    server.close();
    expect(await ask(() => connect(port))).toBe(`${id}`);
    await queue.put(null);
    await child.join();
    expect(child.exitCode).toBe(0);
  });

  test('cannot be received twice', async () => {
    const { here, there, server } = await connected();
    const [a, b] = Pipe<Socket>();
    await a.send(there);
    ((await b.recv()) as Socket).destroy();
    await a.send(there);
    await expect(b.recv()).rejects.toMatchObject({ cause: expect.objectContaining({ code: 'MP_PEER_GONE' }) });
    here.destroy();
    server.close();
    await Promise.all([a.close(), b.close()]);
  });
});

test('a server that does not listen, an HTTP server and the standard streams are refused', async () => {
  const [a, b] = Pipe();
  const http = createHttpServer();
  for (const value of [createServer(), http, process.stdin])
    await expect(a.send({ value })).rejects.toMatchObject({
      code: expect.stringMatching(/^MP_(?:REDUCER_FAILED|UNSUPPORTED)$/),
    });
  await Promise.all([a.close(), b.close()]);
});
