import { onFork } from '../platform/forking.js';
import { startTimer, stopTimer } from '../platform/timers.js';
import type { FrameChannel } from './frame-channel.js';

/** So long the other ends have to read what was sent, before this process ends all the same. */
const PATIENCE_MS = 2000;

const open = new Set<FrameChannel>();
let isInstalled = false;

// The channels are the parent's, and so was the listener.
onFork({
  afterFork: () => {
    open.clear();
    isInstalled = false;
  },
});

/**
 * Makes sure that a process which ends because nothing is left to do ends its channels first, and lets the other ends
 * read them.
 *
 * If the process just vanished, whoever writes to it in that moment gets an error, upon which `node:net` destroys the
 * socket together with everything that it had not read yet.
 */
export function endBeforeExit(channel: FrameChannel): void {
  open.add(channel);
  channel.onceEnded(() => open.delete(channel));
  if (isInstalled) return;
  isInstalled = true;
  process.once('beforeExit', takeLeave);
  // After process.exit() nothing is written that was not begun.
  process.once('exit', flushOpen);
}

/**
 * Writes what was sent over connections and to queues in this turn, now: whoever is told something next, over another
 * channel, may rely on it.
 */
export function flushOpen(): void {
  for (const channel of open) channel.flush();
}

function takeLeave(): void {
  for (const channel of open) {
    channel.finish();
    channel.ref();
  }
  const timer = startTimer(() => {
    for (const channel of open) channel.unref();
  }, PATIENCE_MS);
  timer.unref();
  // An end that never comes must not hold the timer's memory, nor the process.
  if (open.size === 0) stopTimer(timer);
}
