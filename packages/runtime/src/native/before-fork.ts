const listeners: (() => void)[] = [];

/** Registers what this process must know before it is copied by fork(2). */
export function beforeFork(listener: () => void): void {
  listeners.push(listener);
}

/** Called right before this process is copied. */
export function announceFork(): void {
  for (const listener of listeners) listener();
}
