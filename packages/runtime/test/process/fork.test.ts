import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { getAllStartMethods, getContext } from '@mp/runtime';

const FIXTURE = fileURLToPath(new URL('../../test/fixtures/forking.mjs', import.meta.url));

/** Runs a scenario in a process that can be copied. */
async function run(scenario: string): Promise<string[]> {
  const child = spawn(process.execPath, ['--single-threaded', '--v8-pool-size=0', FIXTURE, scenario], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 60_000,
  });
  return (await text(child.stdout)).trim().split('\n');
}

test('a process that cannot be copied says how to start one that can', () => {
  expect(getAllStartMethods()).not.toContain('fork');
  expect(() => getContext('fork')).toThrow(expect.objectContaining({ code: 'MP_ARGUMENT' }));
  if (getAllStartMethods().includes('forkserver'))
    expect(() => getContext('fork')).toThrow(
      'node --single-threaded --v8-pool-size=0`, or with `npx mp-fork program.js`',
    );
});

(getAllStartMethods().includes('forkserver') ? describe : describe.skip)(
  'in a process that can be copied, fork',
  () => {
    test('runs a target with arguments that no codec carries, and tells its exit code', async () => {
      expect(await run('work')).toEqual(['7 2']);
    });

    test('connections move to the copy; queues and locks stay one and the same', async () => {
      expect(await run('handles')).toEqual(['[true,true] from the copy', 'done MP_MOVED', '0']);
    });

    test("an end that the target has captured is the copy's, if that uses it first; the other end stays", async () => {
      expect(await run('captured')).toEqual(['["seen","question"]', '0 MP_MOVED EOFError']);
    });

    test('what a copy sends over it without waiting arrives', async () => {
      expect(await run('capturedUnawaited')).toEqual(['not waited for either', '0']);
    });

    test("an end that the parent has used, before the fork or first after it, is the parent's; each use in the copy says so", async () => {
      expect(await run('capturedAndUsed')).toEqual([...Array(5).fill('MP_MOVED'), '0 before the fork after it']);
    });

    test('of several copies the first to use it has it', async () => {
      expect(await run('capturedByTwo')).toEqual(['0,9 0 EOFError']);
    });

    test("an end that a copy only closes stays the parent's", async () => {
      expect(await run('capturedByNone')).toEqual(["0 still the parent's"]);
    });

    test('a copy of a copy has what the copy has captured and not used', async () => {
      expect(await run('capturedBelow')).toEqual(['true', '0']);
    });

    test('a copy can send it on', async () => {
      expect(await run('capturedAndSent')).toEqual(['from the copy of the copy', '0']);
    });

    test('a class of the parent that comes back from the copy, and was never sent before, is the original', async () => {
      expect(await run('identity')).toEqual(['true true 3 true true', 'true true Later 7']);
    });

    test('makes the workers of a pool, and new ones for those that die', async () => {
      expect(await run('pool')).toEqual(['[42,84,126]', 'MP_WORKER_DIED 3', 'still there']);
    });

    test('runs an object of a subclass, with its properties', async () => {
      expect(await run('subclass')).toEqual(['ran 5']);
    });

    test('works in a copy, too', async () => {
      expect(await run('nested')).toEqual(['Process-1:1 true', '0']);
    });

    test("a copy cannot use its parent's pool, and does it no harm", async () => {
      expect(await run('parentsPool')).toEqual(['MP_STATE', '0 2']);
    });

    test('refuses options that are settled when Node starts', async () => {
      expect(await run('refused')).toEqual(['MP_ARGUMENT']);
    });

    test('has output, environment and directory of its own where they are given', async () => {
      expect(await run('output')).toEqual(['"seen 1 /\\n"']);
    });
  },
);
