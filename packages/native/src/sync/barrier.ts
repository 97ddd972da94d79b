import { futexWake } from '../futex/futex.js';
import { NATIVE_ERROR_CODES, NativeError } from '../native-error.js';
import type { SyncArena } from './arena.js';
import { KINDS } from './layout.js';
import { Primitive } from './primitive.js';
import { LOOK_AGAIN_MS, type WaitOptions, type WaitPoint, waitUntil, waitUntilSync } from './waiting.js';

// The first word of the block: the round in the upper half, how many have arrived in the lower one. The second: how
// many it takes. The third: the round that a reset ended, plus one; -1 while it is broken. The fourth changes with
// each round, and is what is waited for: the first changes with each arrival.

const PARTIES = 1;
const BROKEN = 2;
const TURN = 3;
const ROUND_MASK = 0x7fff;
const MOST_PARTIES = 0x7fff;

/** Holds some parties back until all of them have come. It can be used again at once. */
export class Barrier extends Primitive {
  private constructor(arena: SyncArena, block: number) {
    super(arena, block, KINDS.barrier, 'barrier');
  }

  /** Makes a barrier for a number of parties, at most 32767. */
  static create(arena: SyncArena, parties: number): Barrier {
    if (!Number.isInteger(parties) || parties < 1 || parties > MOST_PARTIES)
      throw new NativeError(NATIVE_ERROR_CODES.argument, `A barrier cannot have ${parties} parties.`);
    const block = arena.allocate(KINDS.barrier);
    Atomics.store(arena.words, arena.locate(block) + PARTIES, parties);
    return new Barrier(arena, block);
  }

  /** Finds a barrier that somebody made. */
  static attach(arena: SyncArena, block: number): Barrier {
    return new Barrier(arena, block);
  }

  /** How many it takes. */
  get parties(): number {
    return Atomics.load(this.words, this.at + PARTIES);
  }

  /** How many have come and wait. */
  get waiting(): number {
    return Atomics.load(this.words, this.at) & 0xffff;
  }

  /** Whether it is broken, until {@link Barrier.reset}. */
  get broken(): boolean {
    return Atomics.load(this.words, this.at + BROKEN) === -1;
  }

  /**
   * Comes to the barrier, and goes on when all have come.
   *
   * @returns Which one this was, from 0: one of them may be chosen by it to do what is to be done once.
   * @throws NativeError `MP_BROKEN_BARRIER` where another one gave up; `MP_TIMEOUT` or the signal's reason where this
   *   one does, which breaks it for all.
   */
  async wait(options?: WaitOptions): Promise<number> {
    const arrival = this.#arrive();
    if (arrival.last) return arrival.index;
    try {
      await waitUntil(arrival.point, arrival.passed, 'A barrier', options);
    } catch (error) {
      throw this.#failed(error);
    }
    return arrival.index;
  }

  /** The same, blocking this thread. */
  waitSync(options?: WaitOptions): number {
    const arrival = this.#arrive();
    if (arrival.last) return arrival.index;
    try {
      waitUntilSync(arrival.point, arrival.passed, 'A barrier', options);
    } catch (error) {
      throw this.#failed(error);
    }
    return arrival.index;
  }

  /** Breaks it: all who wait, and all who come, get an error. */
  abort(): void {
    this.arena.checkOpen();
    Atomics.store(this.words, this.at + BROKEN, -1);
    this.#turn();
  }

  /** Makes it as new. Those who wait get an error. */
  reset(): void {
    this.arena.checkOpen();
    const round = Atomics.load(this.words, this.at) >>> 16;
    Atomics.store(this.words, this.at + BROKEN, round + 1);
    Atomics.store(this.words, this.at, ((round + 1) & ROUND_MASK) << 16);
    this.#turn();
  }

  #arrive(): { index: number; last: boolean; point: WaitPoint; passed: () => true | undefined } {
    this.arena.checkOpen();
    const words = this.words;
    for (;;) {
      if (this.broken) throw broken();
      const turn = Atomics.load(words, this.at + TURN);
      const state = Atomics.load(words, this.at);
      const round = state >>> 16;
      const index = state & 0xffff;
      const last = index + 1 === this.parties;
      const next = last ? ((round + 1) & ROUND_MASK) << 16 : state + 1;
      if (Atomics.compareExchange(words, this.at, state, next) !== state) continue;
      if (last) this.#turn();
      const point: WaitPoint = { words, index: this.at + TURN, value: turn, lookAgainMs: LOOK_AGAIN_MS };
      return { index, last, point, passed: () => this.#passed(round, point) };
    }
  }

  /** Whether a round is over. A later break does not matter to those who have passed. */
  #passed(round: number, point: WaitPoint): true | undefined {
    point.value = Atomics.load(this.words, this.at + TURN);
    const over = Atomics.load(this.words, this.at) >>> 16 !== round;
    const ended = Atomics.load(this.words, this.at + BROKEN);
    if (over ? ended === round + 1 : ended === -1) throw broken();
    return over || undefined;
  }

  #turn(): void {
    Atomics.add(this.words, this.at + TURN, 1);
    futexWake(this.words, this.at + TURN);
  }

  #failed(error: unknown): unknown {
    const isBroken = error instanceof NativeError && error.code === NATIVE_ERROR_CODES.brokenBarrier;
    if (!isBroken && this.words.length > 0) this.abort();
    return error;
  }
}

function broken(): NativeError {
  return new NativeError(NATIVE_ERROR_CODES.brokenBarrier, 'The barrier is broken: one of its parties gave up.');
}
