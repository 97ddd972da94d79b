import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { FORK_SAFE_FLAGS, fork, isForkSafe } from '@mp/native';
import { fixturePath } from '../support/fixtures.js';
import { isRunning, whenGone } from '../support/processes.js';

// Real processes, on a machine that may be busy.
jest.setTimeout(60_000);

/** Runs a scenario of `fixtures/forker.mjs` in a fork-safe process, and answers the lines that it wrote. */
async function run(scenario: string, program = 'forker.mjs'): Promise<{ lines: string[]; errors: string }> {
  const child = spawn(process.execPath, [...FORK_SAFE_FLAGS, fixturePath(program), scenario], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (output === '') throw new Error(`The scenario ${scenario} said nothing but this on standard error:\n${errors}`);
  return { lines: output.trim().split('\n'), errors };
}

describe('fork of a process that was not started fork-safe', () => {
  test('is refused, and the error says how to start it', async () => {
    const safety = isForkSafe();
    expect(safety.safe).toBe(false);
    await expect(fork(() => {})).rejects.toMatchObject({ code: 'MP_FORK_UNSAFE' });
    await expect(fork(() => {})).rejects.toThrow('start it with `node --single-threaded --v8-pool-size=0`');
  });
});

describe('fork', () => {
  test('runs a function in a copy of this process, with what it closes over; neither sees the changes of the other', async () => {
    const { lines } = await run('closure');
    expect(lines).toEqual(['1000 only here true true', '{"code":0,"signal":null} {"i":0}']);
  });

  test('tells how the child ended, and an error in it on standard error', async () => {
    const { lines, errors } = await run('exits');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { code: 0, signal: null },
      { code: 3, signal: null },
      { code: 4, signal: null },
      { code: 1, signal: null },
      { code: 1, signal: null },
      { code: null, signal: 'SIGTERM' },
    ]);
    expect(errors).toContain('rejected on purpose');
    expect(errors).toContain('thrown on purpose');
    expect(errors).not.toContain('top-level await');
  });

  test("every use of the parent's sockets and servers fails in the child, and harms nothing of the parent's", async () => {
    const { lines, errors } = await run('inherited');
    expect(errors).toBe('');
    expect(lines).toEqual([
      'write MP_MOVED',
      'iterate MP_MOVED',
      'on data MP_MOVED',
      'remote address MP_MOVED',
      'accept MP_MOVED',
      'address MP_MOVED',
      'close MP_MOVED',
      'destroy false',
      'kind Socket Server true',
      '{"code":0,"signal":null} false true',
    ]);
  });

  test("and so does every use of what stands on them: TLS sockets, HTTP/2 sessions and requests; the child's own work", async () => {
    const { lines, errors } = await run('', 'inherited-layers.mjs');
    expect(errors).toBe('');
    expect(lines).toEqual([
      'write to a TLS socket: MP_MOVED',
      'read a TLS socket over another: MP_MOVED',
      'write to a TLS socket over another: MP_MOVED',
      'destroy a TLS socket over another: true',
      'request of an HTTP/2 session: MP_MOVED',
      'ping of an HTTP/2 session: MP_MOVED',
      'read an HTTP/2 stream: MP_MOVED',
      'wait for a request: MP_MOVED',
      'read a response: MP_MOVED',
      'own TLS socket over another: again',
      'own HTTP/2 session: page',
      '{"code":0,"signal":null}',
      'parent: again again page',
    ]);
  });

  test('requests of http and fetch in the child use connections of their own, and not those that the parent keeps', async () => {
    const { lines, errors } = await run('keptAlive');
    expect(errors).toBe('');
    expect(lines).toEqual(['parent answer answer 2', 'child answer answer', 'both 4', 'parent answer answer 4']);
  });

  test('names no shared memory as the parent or a sibling does', async () => {
    const { lines } = await run('memoryNames');
    const names = lines.flatMap((line) => line.split(' ').slice(1));
    expect(names).toHaveLength(12);
    expect(new Set(names).size).toBe(12);
  });

  test('runs nothing of the parent in the child: no timer, immediate, socket, handler or continuation', async () => {
    const { lines, errors } = await run('silence');
    expect(errors).toBe('');
    expect(lines).toHaveLength(4);
    expect(lines).toEqual(
      expect.arrayContaining([
        'child is done',
        'from the parent',
        '{"code":0,"signal":null}',
        '{"code":null,"signal":"SIGTERM"}',
      ]),
    );
  });

  test('repeats no random number between siblings, or between parent and child', async () => {
    const { lines } = await run('random');
    expect(lines).toHaveLength(5);
    for (let kind = 0; kind < 3; kind++) expect(new Set(lines.map((line) => line.split(' ')[kind])).size).toBe(5);
  });

  test('runs the registered hooks in the child only, in order', async () => {
    expect((await run('hooks')).lines).toEqual(['first in child, second', '0']);
  });

  test('works in a forked child', async () => {
    expect((await run('nested')).lines).toEqual([
      'grandchild true true',
      'child {"code":2,"signal":null}',
      'parent {"code":1,"signal":null}',
    ]);
  });

  test('makes a child in which files, sockets, threads and the async context work', async () => {
    expect((await run('works')).lines).toEqual(['true served 42 0 context', '{"code":0,"signal":null}']);
  });

  test('is refused while worker threads run, and works when they are gone', async () => {
    const { lines } = await run('threads');
    expect(lines[0]).toMatch(/^MP_FORK_UNSAFE This process cannot be forked: [1-9] more threads/);
    expect(lines[1]).toBe('{"code":0,"signal":null}');
  });

  test('waits until the thread pool is idle', async () => {
    expect(await run('pool')).toEqual({ lines: ['ten children'], errors: '' });
  });

  test('works many times in a row and forty times at once, and leaves no descriptor open', async () => {
    expect((await run('many')).lines).toEqual(['true [] []']);
  });

  test('makes one copy for each call of several at once, and none in a copy', async () => {
    const { lines } = await run('together');
    expect(lines.sort()).toEqual([...Array.from({ length: 8 }, (_, n) => `copy ${n}`), 'parent']);
  });

  test('leaves no child behind when the parent is killed', async () => {
    const { lines } = await run('orphan');
    const pids = JSON.parse(lines[0] as string) as number[];
    await Promise.all(pids.map(whenGone));
    expect(pids.filter(isRunning)).toEqual([]);
  });
});
