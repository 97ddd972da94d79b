// Captured when the module loads: programs under test replace these globals with fake ones, and a runtime whose
// timeouts stand still hangs.
const start: typeof globalThis.setTimeout = globalThis.setTimeout;
const stop: typeof globalThis.clearTimeout = globalThis.clearTimeout;

/** A running timer. */
export type Timer = ReturnType<typeof start>;

/** The longest delay that a timer takes; Node fires at once for anything longer. */
const LONGEST_MS = 2 ** 31 - 1;

/** Calls `callback` once, after `ms` milliseconds. A negative delay is none; an endless one never fires. */
export function startTimer(callback: () => void, ms: number): Timer {
  return start(callback, Math.min(Math.max(ms, 0), LONGEST_MS));
}

/** Stops a timer that has not fired. */
export function stopTimer(timer: Timer | undefined): void {
  if (timer !== undefined) stop(timer);
}
