import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ForkServer } from '@mp/native';
import { fixture } from '../support/fixtures.js';
import { isRunning, whenGone } from '../support/processes.js';
import { reportOf, spareOf } from '../support/server.js';

// Real processes, on a machine that may be busy.
jest.setTimeout(60_000);

let server: ForkServer;

beforeAll(async () => {
  server = await ForkServer.start({ execArgv: [] });
});

afterAll(async () => {
  await server.terminate();
});

describe('the spare child of a fork server', () => {
  test('is the next child, with what is asked for then', async () => {
    const stdio = ['ignore', 'ignore', 'ignore'] as const;
    await (await server.fork({ entry: fixture('exits.mjs'), argv: ['exit'], stdio })).exited;
    const spare = await spareOf(server);
    const facts = await reportOf(server, { env: { LATER: '1' }, cwd: tmpdir(), umask: 0o022 });
    expect(facts).toMatchObject({ pid: spare, ppid: server.pid, cwd: realpathSync(tmpdir()), mask: 0o022 });
    expect(facts['env']).toEqual({ LATER: '1' });
  });

  test('is replaced by the next request where it was killed, and nobody hears of it', async () => {
    await (await server.fork({ entry: fixture('exits.mjs'), argv: ['exit'] })).exited;
    const spare = await spareOf(server);
    process.kill(spare, 'SIGKILL');
    await whenGone(spare);
    const facts = await reportOf(server);
    expect(facts['pid']).not.toBe(spare);
    expect(await spareOf(server)).not.toBe(spare);
  });

  test('ends with its server', async () => {
    for (const how of ['terminate', 'SIGKILL']) {
      const other = await ForkServer.start({ execArgv: [] });
      await (await other.fork({ entry: fixture('exits.mjs'), argv: ['exit'] })).exited;
      const spare = await spareOf(other);
      if (how === 'SIGKILL') process.kill(other.pid as number, how);
      else await other.terminate();
      await whenGone(spare);
      expect(isRunning(spare)).toBe(false);
      await other.terminate();
    }
  });

  test('is what the request before it asked for, until another asks for something else', async () => {
    const first = { env: { FIRST: '1' }, cwd: tmpdir(), umask: 0o027, argv: ['one'] };
    await reportOf(server, first);
    const like = await spareOf(server);
    expect(await reportOf(server, first)).toMatchObject({ pid: like, env: first.env, mask: 0o027 });
    const other = await spareOf(server);
    const facts = await reportOf(server, { env: { SECOND: '2', TZ: 'Asia/Tokyo' }, umask: 0o077, title: 'other' });
    expect(facts).toMatchObject({ pid: other, cwd: process.cwd(), mask: 0o077, title: 'other', date: 9 });
    expect(facts['env']).toEqual({ SECOND: '2', TZ: 'Asia/Tokyo' });
    expect(facts['argv']).toHaveLength(2);
  });

  test('works in the directory that has the name when it is asked, and where the one before is gone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mp-spare-'));
    try {
      await reportOf(server, { cwd: folder });
      const spare = await spareOf(server);
      rmSync(folder, { recursive: true });
      mkdirSync(folder);
      expect(await reportOf(server, { cwd: folder })).toMatchObject({ pid: spare, cwd: realpathSync(folder) });
    } finally {
      rmSync(folder, { recursive: true });
    }
    const next = await spareOf(server);
    expect(await reportOf(server)).toMatchObject({ pid: next, cwd: process.cwd() });
  });

  test('is good for a request that fits in no packet, and after one', async () => {
    const env = { LONG: 'x'.repeat(100_000) };
    expect((await reportOf(server, { env }))['env']).toEqual(env);
    const spare = await spareOf(server);
    expect(await reportOf(server, { env: { SHORT: '1' } })).toMatchObject({ pid: spare, env: { SHORT: '1' } });
  });
});
