import { startTimer, stopTimer } from '../platform/timers.js';

/** Whether and when something can be read, or has ended. */
export interface Readiness {
  /** Whether it is ready now. */
  isReady(): boolean;
  /** Calls `listener` once, when it becomes ready. @returns A function that takes the request back. */
  onceReady(listener: () => void): () => void;
}

/** What {@link wait} waits for: a connection, a process, the sentinel of a process. */
export interface Waitable {
  readonly readiness: Readiness;
}

/**
 * Waits until at least one of several objects is ready: a connection that can be read (or whose other end is gone),
 * a process that has ended.
 *
 * @param objects - What to wait for.
 * @param timeoutMs - How long at most, in milliseconds. Endless by default; 0 or less looks once.
 * @returns All that are ready then, in the order in which they were given; none when the time was over.
 * @example
 * for (const ready of await wait([connection, process.sentinel], 1000)) handle(ready);
 */
export async function wait<T extends Waitable>(objects: Iterable<T>, timeoutMs?: number): Promise<T[]> {
  const list = [...objects];
  const ready = () => list.filter((object) => object.readiness.isReady());
  // What lies in the kernel is seen by the event loop only: give it a turn before saying that there is nothing.
  if (ready().length === 0) await new Promise((resolve) => setImmediate(resolve));
  if (ready().length > 0 || list.length === 0 || (timeoutMs !== undefined && timeoutMs <= 0)) return ready();
  await untilReady(list, timeoutMs);
  return ready();
}

function untilReady(objects: readonly Waitable[], timeoutMs: number | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = timeoutMs === undefined ? undefined : startTimer(settle, timeoutMs);
    const cancels = objects.map((object) => object.readiness.onceReady(settle));
    function settle(): void {
      stopTimer(timer);
      for (const cancel of cancels) cancel();
      resolve();
    }
  });
}
