import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  closeDescriptor,
  createPipe,
  type ForkRequestOptions,
  ForkServer,
  NativeError,
  readDescriptor,
  writeDescriptor,
} from '@mp/native';
import { fixture, fixturePath } from '../support/fixtures.js';
import { captureOutput } from '../support/output.js';
import { isRunning, whenGone } from '../support/processes.js';
import { reportOf, runOn, spareOf } from '../support/server.js';

// Real processes, on a machine that may be busy.
jest.setTimeout(60_000);

let server: ForkServer;

beforeAll(async () => {
  server = await ForkServer.start({ execArgv: [] });
});

afterAll(async () => {
  await server.terminate();
});

const report = (options?: Partial<ForkRequestOptions>, on: ForkServer = server) => reportOf(on, options);
const run = (options: ForkRequestOptions, on: ForkServer = server) => runOn(on, options);

describe('a forked child', () => {
  test('knows its own id and that of the server', async () => {
    const facts = await report();
    expect(facts['pid']).toBe(facts['realPid']);
    expect(facts['pid']).not.toBe(process.pid);
    expect(facts['ppid']).toBe(server.pid);
  });

  test('has the directory, mask, arguments, title and environment that were asked for, and nothing else', async () => {
    const env = { A: '1', EMPTY: '', UNICODE: 'ä=ß', TZ: 'Asia/Tokyo' };
    const facts = await report({
      cwd: tmpdir(),
      umask: 0o027,
      argv: ['x', 'ä y'],
      execArgv: ['--conditions=a'],
      title: 'a-title',
      env,
    });
    expect(facts).toMatchObject({ cwd: realpathSync(tmpdir()), mask: 0o027, title: 'a-title', env });
    expect(facts['argv']).toEqual([process.execPath, fixturePath('report.mjs'), 'x', 'ä y']);
    expect(facts['execArgv']).toEqual(['--conditions=a']);
    expect(Object.keys(facts['env'] as object).sort()).toEqual(Object.keys(env).sort());
  });

  test('is in the time zone of its environment', async () => {
    expect((await report({ env: { TZ: 'Asia/Tokyo' } }))['date']).toBe(9);
    expect((await report({ env: { TZ: 'UTC' } }))['date']).toBe(0);
  });

  test('by default has the surroundings that this process has now, not those that the server has', async () => {
    process.env['MP_TEST_NOW'] = 'set after the server started';
    try {
      const facts = await report();
      expect(facts['cwd']).toBe(process.cwd());
      expect((facts['env'] as Record<string, string>)['MP_TEST_NOW']).toBe('set after the server started');
    } finally {
      delete process.env['MP_TEST_NOW'];
    }
  });

  test('takes an environment that fits in no packet', async () => {
    const env = { BIG: 'x'.repeat(100_000), BIG2: 'ü'.repeat(50_000) };
    expect((await report({ env }))['env']).toEqual(env);
  });

  test('does not hand the flags of the server on to what it starts', async () => {
    expect((await report())['execArgv']).toEqual([]);
  });

  test('has the standard input that was given', async () => {
    const [read, write] = createPipe();
    writeDescriptor(write, Buffer.from('given'));
    closeDescriptor(write);
    const output = captureOutput();
    const child = await server.fork({ entry: fixture('report.mjs'), stdio: [read, output.fd, 'inherit'] });
    closeDescriptor(read);
    expect(JSON.parse(await output.text())).toMatchObject({ input: 'given' });
    await child.exited;
  });

  test('shares no descriptor of the server, or of a sibling', async () => {
    const stdio = ['ignore', 'ignore', 'ignore'] as const;
    const sibling = await server.fork({ entry: fixture('exits.mjs'), argv: ['sleeps'], channel: true, stdio });
    const { output } = await run({ entry: fixture('descriptors.mjs') });
    expect(JSON.parse(output)).toEqual([]);
    sibling.kill('SIGKILL');
    await sibling.exited;
    closeDescriptor(sibling.channelFd as number);
  });

  test('is connected to this process by its channel', async () => {
    const child = await server.fork({ entry: fixture('channel.mjs'), channel: true });
    const fd = child.channelFd as number;
    writeDescriptor(fd, Buffer.from('ping'));
    const answer = Buffer.alloc(100);
    expect(answer.toString('utf8', 0, readDescriptor(fd, answer))).toBe('PING');
    expect(await child.exited).toMatchObject({ code: 0 });
    closeDescriptor(fd);
  });

  test('repeats no random number of a sibling', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => report()));
    for (const kind of ['random', 'uuid', 'int']) expect(new Set(all.map((facts) => facts[kind])).size).toBe(8);
  });
});

describe('the end of a child', () => {
  const entry = fixture('exits.mjs');
  test.each([
    ['empty', { code: 0, signal: null, output: '' }],
    ['exit', { code: 3, signal: null }],
    ['exitCode', { code: 4, signal: null }],
    ['exitLater', { code: 5, signal: null }],
    ['handlers', { code: 6, signal: null, output: 'beforeExit more beforeExit exit 0 again' }],
    ['caught', { code: 7, output: 'caught boom' }],
    ['signal', { code: null, signal: 'SIGTERM' }],
    ['abort', { code: null, signal: 'SIGABRT' }],
  ] as const)('by %s is told as it was', async (way, expected) => {
    expect(await run({ entry, argv: [way] })).toMatchObject(expected);
  });

  test('by an exception is told on its standard error, with the place, after its exit handlers', async () => {
    const { code, errors, output } = await run({ entry, argv: ['throws'] });
    expect({ code, output }).toEqual({ code: 1, output: 'exit 1' });
    expect(errors).toContain('RangeError: thrown on purpose');
    expect(errors).toContain("throw new RangeError('thrown on purpose');\n");
    expect(errors).toContain(`Node.js ${process.version}`);
  });

  test.each([
    ['throwsLater', 'ReferenceError: nothing is not defined'],
    ['rejects', 'Error: rejected on purpose'],
    ['throwsString', "'a string'"],
  ])('by %s is told on its standard error', async (way, text) => {
    const { code, errors } = await run({ entry, argv: [way] });
    expect(code).toBe(1);
    expect(errors).toContain(text);
  });

  test('by an entry that does not exist is an error of the child', async () => {
    const { code, errors } = await run({ entry: fixture('nowhere.mjs') });
    expect(code).toBe(1);
    expect(errors).toContain('nowhere.mjs');
  });

  test('by kill comes even while it spins', async () => {
    const output = captureOutput();
    const child = await server.fork({ entry, argv: ['spins'], stdio: ['ignore', output.fd, 'ignore'] });
    expect(child.kill('SIGKILL')).toBe(true);
    expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL', serverDied: false });
    expect(child.kill()).toBe(false);
    await output.text();
  });
});

describe('a preload', () => {
  test('is loaded once, for all children, as an ES module and as CommonJS', async () => {
    const preload = [fixture('preload-quiet.mjs'), fixturePath('preload-common.cjs')];
    await using warm = await ForkServer.start({ preload, execArgv: [] });
    const runs = await Promise.all([1, 2].map(() => run({ entry: fixture('use-preload.mjs') }, warm)));
    for (const { output } of runs)
      expect(JSON.parse(output)).toMatchObject({ same: true, common: true, table: { pid: warm.pid } });
  });

  test('that is also the entry is called, and not run again', async () => {
    const preload = [fixture('report.mjs')];
    const env = { ...process.env };
    await using warm = await ForkServer.start({
      preload: [...preload, fixture('preload-quiet.mjs')],
      execArgv: ['--no-warnings'],
      env,
    });
    const facts = await report({ call: 'report' }, warm);
    expect(facts['ppid']).toBe(warm.pid);
  });

  test('without the export that is to be called ends the child with an error that names it', async () => {
    const { code, errors } = await run({ entry: fixture('value.mjs'), call: 'missing' });
    expect(code).toBe(1);
    expect(errors).toContain('exports no function named missing');
  });

  test('that exports a promise as forkServerReady is waited for', async () => {
    const entry = fixture('preload-ready.mjs');
    await using ready = await ForkServer.start({ preload: [entry], execArgv: [] });
    expect((await run({ entry, call: 'tell' }, ready)).output).toBe('42');
  });

  test('that leaves garbage leaves none to the children', async () => {
    const entry = fixture('preload-garbage.mjs');
    await using collected = await ForkServer.start({ preload: [entry], execArgv: [] });
    const { left, young } = JSON.parse((await run({ entry, call: 'tell' }, collected)).output) as {
      readonly left: number;
      readonly young: number;
    };
    // What a child does until then is little.
    expect(young).toBeLessThan(left / 2);
  });

  test('that exports forkServerRehearsal has it called once, when all is loaded and collected', async () => {
    const entry = fixture('preload-rehearsal.mjs');
    await using ready = await ForkServer.start({ preload: [entry, fixture('preload-quiet.mjs')], execArgv: [] });
    expect((await run({ entry, call: 'tell' }, ready)).output).toBe('1 true');
  });

  test.each([
    ['preload-timer.mjs', 'a timer'],
    ['preload-server.mjs', 'a listening TCP socket (127.0.0.1:'],
    ['preload-unreferenced.mjs', 'a TCP socket'],
    ['preload-worker.mjs', 'a thread'],
    ['preload-child.mjs', 'a child process'],
  ])('%s is refused by name: it leaves %s open', async (name, what) => {
    const start = ForkServer.start({ preload: [fixture(name)], execArgv: [], settleMs: 50 });
    const error = await start.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(NativeError);
    expect(error).toMatchObject({ code: 'MP_FORK_SERVER' });
    expect(String(error)).toContain(name);
    expect(String(error)).toContain(what);
  });

  test('that fails is told with its error', async () => {
    const start = ForkServer.start({ preload: [fixture('preload-throws.mjs')], execArgv: [] });
    await expect(start).rejects.toThrow(/preload-throws\.mjs could not be loaded: Error: cannot be loaded/);
  });
});

describe('a fork server', () => {
  test('that is killed takes its children with it, and is started again by the next fork', async () => {
    const mortal = await ForkServer.start({ execArgv: [] });
    const child = await mortal.fork({
      entry: fixture('exits.mjs'),
      argv: ['spins'],
      stdio: ['ignore', 'ignore', 'ignore'],
    });
    const first = mortal.pid as number;
    process.kill(first, 'SIGKILL');
    expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL', serverDied: true });
    expect(isRunning(child.pid)).toBe(false);
    const facts = await report({}, mortal);
    expect(facts['ppid']).not.toBe(first);
    await mortal.close();
  });

  test('that is killed with requests under way fails them all, and hangs none', async () => {
    const mortal = await ForkServer.start({ execArgv: [] });
    const requests = Array.from({ length: 50 }, () =>
      mortal.fork({ entry: fixture('exits.mjs'), argv: ['sleeps'], stdio: ['ignore', 'ignore', 'ignore'] }),
    );
    process.kill(mortal.pid as number, 'SIGKILL');
    for (const outcome of await Promise.allSettled(requests))
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'MP_FORK_SERVER_DIED' });
      else expect(await outcome.value.exited).toMatchObject({ serverDied: true });
    await mortal.terminate();
  });

  test('waits for its children when it is closed, and ends them when it is terminated', async () => {
    const closing = await ForkServer.start({ execArgv: [] });
    const child = await closing.fork({ entry: fixture('exits.mjs'), argv: ['exitLater'] });
    await closing.close();
    expect(await child.exited).toMatchObject({ code: 5 });
    await expect(closing.fork({ entry: fixture('exits.mjs') })).rejects.toMatchObject({ code: 'MP_CLOSED' });

    const terminated = await ForkServer.start({ execArgv: [] });
    const spinner = await terminated.fork({
      entry: fixture('exits.mjs'),
      argv: ['spins'],
      stdio: ['ignore', 'ignore', 'ignore'],
    });
    await terminated.terminate();
    expect(await spinner.exited).toMatchObject({ signal: 'SIGKILL' });
    expect(terminated.pid).toBeUndefined();
  });

  test.each(['SIGKILL', 'exit'])('ends with its client (%s), and all its children do', async (how) => {
    const { spawn } = await import('node:child_process');
    const client = spawn(process.execPath, [fixturePath('server-client.mjs'), how], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await client.stdout.setEncoding('utf8').take(1).toArray()) as [string];
    const pids = JSON.parse(line) as number[];
    expect(pids).toHaveLength(4);
    if (how === 'SIGKILL') client.kill('SIGKILL');
    await Promise.all(pids.map(whenGone));
    expect(pids.filter(isRunning)).toEqual([]);
  });

  test('forks hundreds of times in a row and many children at once, and leaves nothing open', async () => {
    const descriptorsOf = (pid: number | 'self'): number => readdirSync(`/proc/${pid}/fd`).length;
    const stdio = ['ignore', 'ignore', 'ignore'] as const;
    await (await server.fork({ entry: fixture('exits.mjs'), argv: ['exit'], stdio })).exited;
    const first = await spareOf(server);
    const before = [descriptorsOf('self'), descriptorsOf(server.pid as number)];
    for (let i = 0; i < 200; i++) {
      const child = await server.fork({ entry: fixture('exits.mjs'), argv: ['exit'], stdio });
      expect(await child.exited).toMatchObject({ code: 3 });
    }
    const many = Array.from({ length: 60 }, () =>
      server.fork({ entry: fixture('exits.mjs'), argv: ['sleeps'], stdio }),
    );
    const children = await Promise.all(many);
    expect(server.children).toHaveLength(60);
    for (const child of children) child.kill('SIGKILL');
    for (const child of children) expect(await child.exited).toMatchObject({ signal: 'SIGKILL' });
    expect(server.children).toEqual([]);
    expect(await spareOf(server)).not.toBe(first);
    expect([descriptorsOf('self'), descriptorsOf(server.pid as number)]).toEqual(before);
  });

  test('whose environment asks for coverage has its children write it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mp-coverage-'));
    const env = { ...process.env, NODE_V8_COVERAGE: folder };
    await using covered = await ForkServer.start({ execArgv: [], env });
    const child = await covered.fork({ entry: fixture('exits.mjs'), argv: ['exitLater'], env });
    expect(await child.exited).toMatchObject({ code: 5 });
    expect(readdirSync(folder).some((file) => file.startsWith(`coverage-${child.pid}-`))).toBe(true);
    rmSync(folder, { recursive: true });
  });

  test('refuses an environment that no process can have, and leaks nothing by it', async () => {
    const before = readdirSync('/proc/self/fd').length;
    const bad = server.fork({ entry: fixture('exits.mjs'), env: { 'A=B': '1' }, channel: true });
    await expect(bad).rejects.toMatchObject({ code: 'MP_ARGUMENT' });
    expect(readdirSync('/proc/self/fd').length).toBe(before);
  });
});
