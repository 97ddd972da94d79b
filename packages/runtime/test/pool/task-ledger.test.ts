import type { FunctionVersion } from '../../dist/pool/function-registry.js';
import { createForm, PoolTask } from '../../dist/pool/task.js';
import { TaskLedger } from '../../dist/pool/task-ledger.js';

const owner = { cancel: () => {} };

test('a run of results lets go of each function as often as tasks named it, and answers each task once', async () => {
  const released = new Map<FunctionVersion, number>();
  const ledger = new TaskLedger(false, (version, uses) => released.set(version, (released.get(version) ?? 0) + uses));
  const versions = [1, 2].map((id) => ({ id, name: 'f', pace: {} }) as unknown as FunctionVersion);
  const named = [0, 0, 1, 1, 0, 1].map((which) => versions[which] as FunctionVersion);
  const seen: unknown[] = [];
  const sinkOfFourth = { onValue: (value: unknown) => seen.push(value), onItems: () => {}, onError: () => {} };
  const tasks = named.map(
    (version, i) => new PoolTask(i, createForm(version, 0, owner), i, i === 3 ? (sinkOfFourth as never) : undefined),
  );
  ledger.take(tasks);
  ledger.fail(tasks[1] as PoolTask, new Error('given up'));
  await expect(tasks[1]?.sink).rejects.toThrow('given up');
  ledger.numbers([...tasks.slice(0, 5), undefined, tasks[5]], Int32Array.of(10, 11, 12, 13, 14, 99, 15));
  expect(await Promise.all([0, 2, 4, 5].map((i) => tasks[i]?.sink))).toEqual([10, 12, 14, 15]);
  expect(seen).toEqual([13]);
  expect([...released.values()]).toEqual([3, 3]);
  expect([ledger.pending, ledger.statistics.submitted]).toEqual([0, 6]);
  ledger.end();
});
