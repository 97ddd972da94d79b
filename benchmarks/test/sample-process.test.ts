import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SampleRequest } from '../dist/harness/model.js';
import { takeSample } from '../dist/harness/sample-process.js';

const options = { node: process.execPath, program: 'node', timeoutMs: 20_000, pinned: false } as const;
const budget = { size: 'small', timeMs: 5 } as const;
const request = (more: Partial<SampleRequest>): SampleRequest => ({
  suite: 'serialize/values',
  case: 'rpc',
  peer: 'v8',
  budget,
  ...more,
});

// A folder for temporary files that nobody else uses: another run of the benchmarks has its own.
const folder = mkdtempSync(join(tmpdir(), 'mp-sample-process-test-'));
process.env['TMPDIR'] = folder;
afterAll(() => rmSync(folder, { recursive: true }));
const leftovers = (): string[] => readdirSync(folder);

/** Processes whose command line says that they belong to a sample of ours. */
function sampleProcesses(marker: string): string[] {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(marker);
    } catch {
      return false;
    }
  });
}

test('a sample gives a number for each metric', async () => {
  const outcome = await takeSample(request({}), options);
  expect(outcome).toMatchObject({ status: 'ok', values: { bytes: expect.any(Number), encode: expect.any(Number) } });
});

test('a peer that says no is marked as one that cannot, with its words', async () => {
  const outcome = await takeSample(request({ case: 'graph10k', peer: 'json' }), options);
  expect(outcome).toMatchObject({ status: 'cannot', detail: expect.stringContaining('circular') });
});

test('a peer that changes the value without an error is wrong, not fast', async () => {
  const outcome = await takeSample(request({ case: 'dates10k', peer: 'json' }), options);
  expect(outcome).toEqual({ status: 'wrong', detail: 'The copy differs from the original.' });
});

test('a function that comes back without what it captured is wrong', async () => {
  const outcome = await takeSample(
    request({ suite: 'serialize/functions', case: 'prims', peer: 'serialize-javascript' }),
    options,
  );
  expect(outcome).toMatchObject({ status: 'wrong' });
});

test('a sample that takes too long is ended with all its processes, and leaves no folder', async () => {
  const slow = request({
    suite: 'runtime/pool',
    case: 'workers-2',
    peer: 'child_process',
    budget: { size: 'full', timeMs: 60_000 },
  });
  expect(await takeSample(slow, { ...options, timeoutMs: 250 })).toEqual({
    status: 'slow',
    detail: 'It did not end within 0.25 s.',
  });
  expect(leftovers()).toEqual([]);
  expect(sampleProcesses('workers/raw.cjs')).toEqual([]);
});

test('what a sample that takes too long keeps in a temporary folder of its own goes with it', async () => {
  const slow = request({
    suite: 'serialize/functions',
    case: 'chain-100k',
    peer: 'mp',
    budget: { size: 'full', timeMs: 60_000 },
  });
  expect(await takeSample(slow, { ...options, timeoutMs: 1500 })).toMatchObject({ status: 'slow' });
  expect(leftovers()).toEqual([]);
});

test('the workers of a pool that cannot close itself end with the sample', async () => {
  const outcome = await takeSample(
    request({ suite: 'runtime/pool', case: 'tasks-10k', peer: 'jest-worker-processes' }),
    options,
  );
  expect(outcome).toMatchObject({ status: 'ok' });
  expect(sampleProcesses('jest-worker')).toEqual([]);
});

test('without Python, its libraries are unavailable', async () => {
  expect(await takeSample(request({}), { ...options, program: 'python' })).toMatchObject({ status: 'unavailable' });
});

test('a program that cannot be started gives a mark, and the run can go on', async () => {
  expect(await takeSample(request({}), { ...options, node: '/there/is/no/node' })).toMatchObject({
    status: 'failed',
    detail: expect.stringContaining('ENOENT'),
  });
});

test('a chain of functions is followed to its end in the other process', async () => {
  const outcome = await takeSample(request({ suite: 'serialize/functions', case: 'chain-100k', peer: 'mp' }), options);
  expect(outcome).toMatchObject({ status: 'ok', values: { encode: expect.any(Number), decode: expect.any(Number) } });
});
