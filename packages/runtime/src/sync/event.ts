import type { EventBackend, SyncWaitOptions } from './backend.js';
import { arrivingOr, requireSync, SyncPrimitive } from './primitive.js';

/** Something that has happened, or not yet, and that any process can wait for. */
export class Event extends SyncPrimitive {
  /** @internal */
  readonly backend: EventBackend;

  constructor() {
    super();
    this.backend = arrivingOr(() => (new.target as typeof Event).origin().event());
  }

  /** Whether it has happened. */
  isSet(): Promise<boolean> {
    return this.backend.isSet();
  }

  /** {@link isSet}, at once. */
  isSetSync(): boolean {
    return requireSync(this.backend.sync, 'isSetSync').isSet();
  }

  /** It has happened: who waits goes on. */
  set(): Promise<void> {
    return this.backend.change(true);
  }

  /** {@link set}, at once. */
  setSync(): void {
    requireSync(this.backend.sync, 'setSync').change(true);
  }

  /** Makes it one that has not happened. */
  clear(): Promise<void> {
    return this.backend.change(false);
  }

  /** {@link clear}, at once. */
  clearSync(): void {
    requireSync(this.backend.sync, 'clearSync').change(false);
  }

  /** Waits until it has happened. @throws TimeoutError; the signal's reason. */
  wait(options: SyncWaitOptions = {}): Promise<void> {
    return this.backend.wait(options);
  }

  /** The same, blocking this thread. */
  waitSync(options: SyncWaitOptions = {}): void {
    requireSync(this.backend.sync, 'waitSync').wait(options);
  }
}
