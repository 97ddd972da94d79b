import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Address,
  type AddressFamily,
  AuthenticationError,
  Client,
  EOFError,
  getContext,
  Listener,
} from '@mp/runtime';

const authKey = Buffer.from('a key that both ends know');

const folder = mkdtempSync(join(tmpdir(), 'mp-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.each<[string, Address | undefined, AddressFamily | undefined]>([
  ['a made-up address', undefined, undefined],
  ['a socket path', join(folder, 'socket'), 'AF_UNIX'],
  ['an abstract socket', `\0mp-test-${process.pid}`, undefined],
  ['TCP', { host: '127.0.0.1', port: 0 }, 'AF_INET'],
  ['TCP by family', undefined, 'AF_INET'],
])('a listener on %s', (_name, address, family) => {
  test('connects two processes that share a key', async () => {
    await using listener = new Listener(address, { authKey, family });
    await listener.listening;
    const [there, here] = await Promise.all([listener.accept(), Client(listener.address, { authKey })]);
    await here.send({ hello: [1, 2] });
    expect(await there.recv()).toEqual({ hello: [1, 2] });
    await there.send('back');
    expect(await here.recv()).toBe('back');
    await here.close();
    await expect(there.recv()).rejects.toBeInstanceOf(EOFError);
  });

  test('refuses who does not know the key, and both ends learn of it', async () => {
    await using listener = new Listener(address, { authKey, family });
    await listener.listening;
    const [accepted, connected] = await Promise.allSettled([
      listener.accept(),
      Client(listener.address, { authKey: Buffer.from('another key') }),
    ]);
    expect(accepted).toMatchObject({ status: 'rejected', reason: expect.any(AuthenticationError) });
    expect(connected).toMatchObject({ status: 'rejected', reason: expect.any(AuthenticationError) });
    const [there, here] = await Promise.all([listener.accept(), Client(listener.address, { authKey })]);
    await here.send(1);
    expect(await there.recv()).toBe(1);
    await here.close();
    await there.close();
  });
});

test('what makes connections can be taken out of its context', async () => {
  const { Listener: ListenerOf, Client: ClientOf, Pipe } = getContext('thread');
  await using listener = new ListenerOf(undefined, { authKey });
  await listener.listening;
  const [there, here] = await Promise.all([listener.accept(), ClientOf(listener.address, { authKey })]);
  await here.send(1);
  expect(await there.recv()).toBe(1);
  const [left, right] = Pipe();
  await left.send(2);
  expect(await right.recv()).toBe(2);
  await Promise.all([there, here, left, right].map((connection) => connection.close()));
});

test('an empty key is a key', async () => {
  await using listener = new Listener(undefined, { authKey: new Uint8Array(0) });
  await listener.listening;
  const [accepted] = await Promise.allSettled([listener.accept(), Client(listener.address, { authKey })]);
  expect(accepted.status).toBe('rejected');
  const [there, here] = await Promise.all([
    listener.accept(),
    Client(listener.address, { authKey: new Uint8Array(0) }),
  ]);
  await Promise.all([there.close(), here.close()]);
});

test('a stranger that sends garbage is refused without harm', async () => {
  await using listener = new Listener({ host: '127.0.0.1', port: 0 }, { authKey });
  await listener.listening;
  const accepting = listener.accept();
  accepting.catch(() => {});
  const stranger = connect(listener.address as { host: string; port: number });
  stranger.on('error', () => {});
  const closed = new Promise((resolve) => stranger.resume().once('close', resolve));
  stranger.write(Buffer.alloc(1 << 16, 0xff));
  await expect(accepting).rejects.toBeInstanceOf(AuthenticationError);
  await closed;
});

test('an answer that was recorded is of no use a second time', async () => {
  await using listener = new Listener({ host: '127.0.0.1', port: 0 }, { authKey });
  await listener.listening;
  const recorded: Buffer[] = [];
  const { host, port } = listener.address as { host: string; port: number };
  // A thief between the two: passes everything on, and keeps what the honest client said.
  const { createServer } = await import('node:net');
  const thief = createServer((client) => {
    const server = connect({ host, port });
    client.on('data', (chunk) => {
      recorded.push(chunk);
      server.write(chunk);
    });
    server.pipe(client);
    client.on('error', () => {});
    server.on('error', () => {});
    client.on('close', () => server.destroy());
  });
  await new Promise<void>((resolve) => thief.listen(0, '127.0.0.1', resolve));
  const [there, here] = await Promise.all([
    listener.accept(),
    Client({ host: '127.0.0.1', port: (thief.address() as { port: number }).port }, { authKey }),
  ]);
  await Promise.all([there.close(), here.close()]);
  const accepting = listener.accept();
  accepting.catch(() => {});
  const replay = connect({ host, port });
  replay.on('error', () => {});
  replay.once('data', () => replay.write(Buffer.concat(recorded)));
  await expect(accepting).rejects.toBeInstanceOf(AuthenticationError);
  thief.close();
});

test('an address that is taken, or too long, or of another family is refused', async () => {
  await using listener = new Listener({ host: '127.0.0.1', port: 0 }, { authKey });
  await listener.listening;
  await expect(new Listener(listener.address, { authKey }).listening).rejects.toMatchObject({ code: 'MP_ADDRESS' });
  expect(() => new Listener(join(folder, 'x'.repeat(120)), { authKey })).toThrow(
    expect.objectContaining({ code: 'MP_ARGUMENT' }),
  );
  expect(() => new Listener('/path', { authKey, family: 'AF_INET' })).toThrow(
    expect.objectContaining({ code: 'MP_ARGUMENT' }),
  );
  await expect(Client(join(folder, 'nobody'), { authKey })).rejects.toMatchObject({ code: 'MP_ADDRESS' });
});

test('a key is bytes', () => {
  expect(() => new Listener(undefined, { authKey: 'text' as never })).toThrow(
    expect.objectContaining({ code: 'MP_ARGUMENT' }),
  );
});

test('closing removes the socket file, and ends whoever accepts', async () => {
  const path = join(folder, 'removed');
  const listener = new Listener(path, { authKey });
  await listener.listening;
  expect(existsSync(path)).toBe(true);
  const accepting = listener.accept();
  await listener.close();
  await expect(accepting).rejects.toMatchObject({ code: 'MP_CLOSED' });
  expect(existsSync(path)).toBe(false);
});
