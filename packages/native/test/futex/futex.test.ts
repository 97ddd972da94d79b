import { futexWait, futexWaitAsync, futexWake, SharedMemory } from '@mp/native';

function words(): { view: Int32Array; memory: SharedMemory } {
  const memory = SharedMemory.createAnonymous({ size: 4096 });
  return { view: new Int32Array(memory.buffer), memory };
}

test('a wait for a word that has another value ends at once', async () => {
  const { view, memory } = words();
  expect(futexWait(view, 0, 1)).toBe('not-equal');
  expect(await futexWaitAsync(view, 0, 1)).toBe('not-equal');
  memory.close();
});

test('a wait ends when its time is over', async () => {
  const { view, memory } = words();
  const start = performance.now();
  expect(futexWait(view, 0, 0, 20)).toBe('timed-out');
  expect(await futexWaitAsync(view, 0, 0, 20)).toBe('timed-out');
  expect(performance.now() - start).toBeGreaterThanOrEqual(39);
  memory.close();
});

test('an asynchronous wait ends when the word changed and was woken', async () => {
  const { view, memory } = words();
  const waiting = futexWaitAsync(view, 3, 0);
  Atomics.store(view, 3, 1);
  futexWake(view, 3);
  expect(await waiting).toBe('woken');
  memory.close();
});

test('a thousand waits take no thread each, and each ends by its own wake', async () => {
  const { view, memory } = words();
  const { readdirSync } = await import('node:fs');
  const waits = Array.from({ length: 1000 }, (_, i) => futexWaitAsync(view, i, 0));
  expect(readdirSync('/proc/self/task').length).toBeLessThan(30);
  for (let i = 999; i >= 0; i--) {
    Atomics.store(view, i, 1);
    futexWake(view, i);
  }
  expect(new Set(await Promise.all(waits))).toEqual(new Set(['woken']));
  memory.close();
});

test('a wait is cancelled by its signal, and by the end of its memory', async () => {
  const { view, memory } = words();
  const controller = new AbortController();
  const cancelled = futexWaitAsync(view, 0, 0, undefined, controller.signal);
  controller.abort();
  expect(await cancelled).toBe('cancelled');
  const orphaned = futexWaitAsync(view, 0, 0);
  memory.close();
  expect(await orphaned).toBe('cancelled');
});

test('a word outside of the memory is refused', () => {
  const { view, memory } = words();
  expect(() => futexWait(view, 1024, 0)).toThrow(RangeError);
  memory.close();
  expect(() => futexWake(view, 0)).toThrow(RangeError);
});
