import { addon, type WatcherHandle } from '../addon.js';

/** What a {@link Watcher} waits for: libuv's uv_poll_event. */
export const WATCH_EVENTS = {
  /** There is something to read. */
  readable: 1,
  /** Writing does not block. */
  writable: 2,
  /** The other end is closed. */
  disconnect: 4,
} as const;

/**
 * Tells on the event loop when a descriptor is ready: any descriptor that poll(2) knows, such as a socket, a pipe,
 * an eventfd or a pidfd.
 *
 * It does not own the descriptor. While it waits it keeps the process alive, unless {@link Watcher.unref} was called.
 *
 * @example
 * const watcher = new Watcher(pidfd, () => console.log('the process ended'));
 * watcher.watch(WATCH_EVENTS.readable);
 */
export class Watcher implements Disposable {
  #handle: WatcherHandle | undefined;

  /**
   * @param fd - An open descriptor that no other watcher of this thread watches.
   * @param onReady - Called with a sum of {@link WATCH_EVENTS}, or a negative errno, each time the loop finds it ready.
   */
  constructor(fd: number, onReady: (events: number) => void) {
    this.#handle = addon().createWatcher(fd, onReady);
  }

  /** Waits for a sum of {@link WATCH_EVENTS}; 0 pauses. */
  watch(events: number): void {
    if (this.#handle !== undefined) addon().watch(this.#handle, events);
  }

  /** Keeps the process alive while it waits. */
  ref(): void {
    if (this.#handle !== undefined) addon().refWatcher(this.#handle, 1);
  }

  /** Does not keep the process alive. */
  unref(): void {
    if (this.#handle !== undefined) addon().refWatcher(this.#handle, 0);
  }

  /** Ends it. No call follows, and the descriptor may be closed at once. */
  close(): void {
    const handle = this.#handle;
    this.#handle = undefined;
    if (handle !== undefined) addon().closeWatcher(handle);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
