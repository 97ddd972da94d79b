import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import type { BarrierBackend, BarrierState, SyncWaitOptions } from './backend.js';
import { arrivingOr, requireSync, SyncPrimitive } from './primitive.js';

const MOST_PARTIES = 0x7fff;

/** Holds some parties back until all of them have come. It can be used again at once. */
export class Barrier extends SyncPrimitive {
  /** @internal */
  readonly backend: BarrierBackend;

  /** @param parties - How many it takes, at most 32767. */
  constructor(parties: number) {
    super();
    this.backend = arrivingOr(() => {
      if (!Number.isInteger(parties) || parties < 1 || parties > MOST_PARTIES)
        throw new ProcessError(PROCESS_ERROR_CODES.argument, `A barrier cannot have ${parties} parties.`);
      return (new.target as typeof Barrier).origin().barrier(parties);
    });
  }

  /**
   * Comes to the barrier, and goes on when all have come.
   *
   * @returns Which one this was, from 0: one of them may be chosen by it to do what is to be done once.
   * @throws ProcessError with code `MP_BROKEN_BARRIER` where another one gave up; TimeoutError or the signal's reason where
   *   this one does, which breaks it for all.
   */
  wait(options: SyncWaitOptions = {}): Promise<number> {
    return this.backend.wait(options);
  }

  /** The same, blocking this thread. */
  waitSync(options: SyncWaitOptions = {}): number {
    return requireSync(this.backend.sync, 'waitSync').wait(options);
  }

  /** Breaks it: all who wait, and all who come, get an error. */
  abort(): Promise<void> {
    return this.backend.end('abort');
  }

  /** Makes it as new. Those who wait get an error. */
  reset(): Promise<void> {
    return this.backend.end('reset');
  }

  /** How many it takes, how many wait, and whether one of them gave up, as far as can be said before it changes. */
  state(): Promise<BarrierState> {
    return this.backend.state();
  }

  /** {@link state}, at once. */
  stateSync(): BarrierState {
    return requireSync(this.backend.sync, 'stateSync').state();
  }
}
