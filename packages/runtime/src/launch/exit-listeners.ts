import { constants } from 'node:os';
import type { ExitStatus } from '../protocol/preparation.js';

/** Remembers how a child ended, and tells those who asked before and those who ask after. */
export class ExitListeners {
  #status: ExitStatus | undefined;
  #listeners: ((status: ExitStatus) => void)[] = [];

  get status(): ExitStatus | undefined {
    return this.#status;
  }

  /** The child has ended. Only the first call counts. */
  settle(status: ExitStatus): void {
    if (this.#status !== undefined) return;
    this.#status = status;
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) listener(status);
  }

  add(listener: (status: ExitStatus) => void): void {
    if (this.#status === undefined) this.#listeners.push(listener);
    else listener(this.#status);
  }
}

/** The status of a process that left with a code, or was ended by a signal. */
export function exitStatus(code: number | null, signal: NodeJS.Signals | null): ExitStatus {
  if (signal !== null) return { exitCode: -(constants.signals[signal] ?? 0), signal };
  return { exitCode: code ?? 1, signal: undefined };
}
