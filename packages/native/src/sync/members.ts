import { addon } from '../addon.js';
import { registerAfterFork } from '../fork/after-fork.js';
import { NATIVE_ERROR_CODES, NativeError } from '../native-error.js';
import { MEMBER_COUNT, MEMBER_WORDS, MEMBERS } from './layout.js';

// A lock says who holds it in one word, so that taking it is one atomic operation: the number of a member, and the
// generation of that number. What the member is, a thread id and its start time, is in a table, and complete before
// the member takes its first lock. A thread id is used again by the system, but not with the same start time; a
// number is used again here, but not with the same generation. So no dead holder passes for a living one.

/** Bits of a member's number in an owner word. */
const NUMBER_BITS = 10;
const NUMBER_MASK = (1 << NUMBER_BITS) - 1;
/** Generations wrap after a million deaths of holders of one number. */
const GENERATION_MASK = 0xf_ffff;

const THREAD = 0;
const START = 1;
const GENERATION = 2;

/** Increases in a forked child: it is another thread than its parent. */
let forks = 0;
let watching = false;

/** The members of one arena, seen from this thread. */
export class Members {
  readonly #words: Int32Array;
  #own = 0;
  #forks = -1;

  /** @param words - The whole arena. */
  constructor(words: Int32Array) {
    this.#words = words;
  }

  /** The owner word of this thread: positive, below 2 ** 30. Joins when needed. */
  get own(): number {
    if (this.#forks !== forks) this.#join();
    return this.#own;
  }

  /** Whether the thread behind an owner word is gone. Asks the system: not for the fast path. */
  isDead(owner: number): boolean {
    const at = MEMBERS + (owner & NUMBER_MASK) * MEMBER_WORDS;
    if (Atomics.load(this.#words, at + GENERATION) !== owner >>> NUMBER_BITS) return true;
    return isGone(Atomics.load(this.#words, at + THREAD), Atomics.load(this.#words, at + START));
  }

  #join(): void {
    if (!watching) {
      watching = true;
      registerAfterFork(() => {
        forks++;
      });
    }
    const [, , thread] = addon().getProcessIds();
    const start = startOf(thread);
    const number = this.#claim(thread);
    const at = MEMBERS + number * MEMBER_WORDS;
    // In this order: while the two do not fit yet, whoever looks takes the old holder for dead, which it is.
    const generation = (Atomics.load(this.#words, at + GENERATION) + 1) & GENERATION_MASK;
    Atomics.store(this.#words, at + GENERATION, generation);
    Atomics.store(this.#words, at + START, start);
    this.#own = (generation << NUMBER_BITS) | number;
    this.#forks = forks;
  }

  /** Takes a number that was never used, or one whose thread is gone. */
  #claim(thread: number): number {
    for (let number = 1; number < MEMBER_COUNT; number++) {
      const at = MEMBERS + number * MEMBER_WORDS;
      const known = Atomics.load(this.#words, at + THREAD);
      if (known !== 0 && known !== thread && !isGone(known, Atomics.load(this.#words, at + START))) continue;
      // The same id, but not this thread: it joins once in its life. Its predecessor of that id is dead.
      if (Atomics.compareExchange(this.#words, at + THREAD, known, thread) === known) return number;
    }
    throw new NativeError(
      NATIVE_ERROR_CODES.systemCall,
      `${MEMBER_COUNT - 1} threads use this arena of locks already. Make another arena for the rest of them.`,
    );
  }
}

/** The start time of a thread, as far as 31 bits hold it: hundredths of a second, for eight months. */
function startOf(thread: number): number {
  return addon().getStartTime(thread) & 0x7fff_ffff;
}

function isGone(thread: number, start: number): boolean {
  const now = addon().getStartTime(thread);
  return now < 0 || (now & 0x7fff_ffff) !== start;
}
