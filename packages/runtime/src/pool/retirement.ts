import { startTimer, stopTimer, type Timer } from '../platform/timers.js';
import type { WorkerSlot } from './worker-slot.js';

/** So long a worker that was asked to leave may take, before it is ended. */
const LEAVE_MS = 5000;

/** Whether a worker that has just worked is to be replaced for its age, or for the memory that it uses, in bytes. */
export function isSpent(
  { startedAt, idleSince }: WorkerSlot,
  memory: number,
  { maxMemoryBytes, maxAgeMs }: { readonly maxMemoryBytes: number; readonly maxAgeMs: number },
): boolean {
  return memory > maxMemoryBytes || idleSince - startedAt > maxAgeMs;
}

/** Asks a worker to leave when it has done what it has, and sees to it that it does. */
export function finishWorker(slot: WorkerSlot | undefined): void {
  if (slot === undefined || slot.isExpectedToGo) return;
  slot.finish();
  killLater(slot, LEAVE_MS);
}

/** Ends a worker now. @param graceMs - How long it may take to go by itself. */
export function endWorker(slot: WorkerSlot, graceMs: number): void {
  slot.isExpectedToGo = true;
  slot.child.signal('SIGTERM');
  killLater(slot, graceMs);
}

function killLater(slot: WorkerSlot, ms: number): void {
  const timer = startTimer(() => slot.child.signal('SIGKILL'), ms);
  slot.child.onExit(() => stopTimer(timer));
}

/** Lets workers go that a pool has above its minimum and that had nothing to do for a while. */
export class IdleShrink {
  readonly #idleTimeoutMs: number;
  /** The workers that could go. */
  readonly #surplus: () => readonly WorkerSlot[];
  readonly #release: (slot: WorkerSlot) => void;
  #timer: Timer | undefined;

  constructor(idleTimeoutMs: number, surplus: () => readonly WorkerSlot[], release: (slot: WorkerSlot) => void) {
    this.#idleTimeoutMs = idleTimeoutMs;
    this.#surplus = surplus;
    this.#release = release;
  }

  /** Looks after the idle workers later, where there are some. */
  schedule(): void {
    if (this.#timer !== undefined || this.#idleTimeoutMs === Number.POSITIVE_INFINITY) return;
    if (this.#surplus().length === 0) return;
    this.#timer = startTimer(() => {
      this.#timer = undefined;
      this.#shrink(performance.now() - this.#idleTimeoutMs);
      this.schedule();
    }, this.#idleTimeoutMs);
    this.#timer.unref();
  }

  stop(): void {
    stopTimer(this.#timer);
  }

  #shrink(idleBefore: number): void {
    for (const slot of this.#surplus()) if (slot.idleSince <= idleBefore) this.#release(slot);
  }
}
