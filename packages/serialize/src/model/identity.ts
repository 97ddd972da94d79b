import type { AnyFunction } from './ports.js';

/**
 * Who a function is, wherever it travels: the thread in which it was made, and its number there.
 *
 * A class that is sent twice is one class on the other side, and what returns to where it came from is the original.
 */
export type Origin = `${string}:${number}`;

let own: string | undefined;
/** The process in which the name was taken. */
let ownProcess: number | undefined;
/**
 * Names that this thread had, with the last number under each: a forked process goes on with the functions of its
 * parent. Those that the parent numbered later are the parent's alone.
 */
const former = new Map<string, number>();
let last = 0;
const numbers = new WeakMap<AnyFunction, Origin>();
const known = new Map<Origin, WeakRef<AnyFunction>>();
/** Tells of a full garbage collection, by something that becomes garbage at once. To register each function takes 3 µs. */
const collections = new FinalizationRegistry<undefined>(forgetTheDead);
let isWatching = false;

/** The name of this thread. */
export function threadName(): string {
  noticeFork();
  if (own === undefined) {
    own = randomName();
    ownProcess = processId();
  }
  return own;
}

/** A forked process comes here with its parent's name: two that shared one would take each other's functions for their own. */
function noticeFork(): void {
  if (own !== undefined && processId() !== ownProcess) renameThread();
}

/** Takes a new name, after a fork: what is made from now on is not what the parent makes. */
export function renameThread(): void {
  if (own === undefined) return;
  former.set(own, last);
  own = undefined;
}

/** Whether a function was made here. */
export function isAtHome(origin: Origin): boolean {
  noticeFork();
  const thread = threadOf(origin);
  return thread === own || Number(origin.slice(thread.length + 1)) <= (former.get(thread) ?? 0);
}

/** Whether a function was made here under the name that this thread has now: by itself, and not before it was forked. */
export function isOwn(origin: Origin): boolean {
  noticeFork();
  return threadOf(origin) === own;
}

/** The thread in which a function was made. */
export function threadOf(origin: Origin): string {
  return origin.slice(0, origin.indexOf(':'));
}

/** Who a function is: whom it was revived as, or a new number. */
export function originOf(fn: AnyFunction): Origin {
  let origin = numbers.get(fn);
  if (origin === undefined) {
    origin = `${threadName()}:${++last}`;
    recognise(fn, origin);
  }
  return origin;
}

/** Says that a revived function is the one of that origin. */
export function recognise(fn: AnyFunction, origin: Origin): void {
  numbers.set(fn, origin);
  known.set(origin, new WeakRef(fn));
  if (!isWatching) watchCollections();
}

function watchCollections(): void {
  isWatching = true;
  collections.register({}, undefined);
}

/** An origin may have another function by now: what was sent again, and revived anew. */
function forgetTheDead(): void {
  for (const [origin, fn] of known) if (fn.deref() === undefined) known.delete(origin);
  isWatching = false;
  if (known.size > 0) watchCollections();
}

/** The function of an origin, if it is here. */
export function functionOf(origin: Origin): AnyFunction | undefined {
  return known.get(origin)?.deref();
}

/** Whether a text has the form of an origin. */
export function isOrigin(text: unknown): text is Origin {
  return typeof text === 'string' && /^[0-9a-f]{16}:\d+$/.test(text);
}

function processId(): number | undefined {
  return (globalThis as { process?: { readonly pid?: number } }).process?.pid;
}

/**
 * 64 bits that no other thread has, on any machine. `node:crypto` would take 3 to 6 ms to load; what time and process add
 * tells threads apart that have the same generator: forked ones, or those of a program started with `--random-seed`.
 */
function randomName(): string {
  const host = (globalThis as { process?: { readonly pid?: number; readonly hrtime?: { bigint?(): bigint } } }).process;
  const time = host?.hrtime?.bigint?.();
  if (time === undefined) return hex(...globalThis.crypto.getRandomValues(new Uint32Array(2)));
  const nanoseconds = Number(BigInt.asUintN(32, time));
  const process = Math.imul(host?.pid ?? 0, GOLDEN_RATIO);
  return hex(
    (random() * 2 ** 32) ^ nanoseconds,
    (random() * 2 ** 32) ^ process ^ Number(BigInt.asUintN(32, time >> 32n)),
  );
}

/** Spreads small numbers over 32 bits (Knuth, The Art of Computer Programming, 6.4). */
const GOLDEN_RATIO = 0x9e3779b9;

// Kept from when the module was loaded: tests of users replace it.
const { random } = Math;

function hex(...words: readonly number[]): string {
  return words.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}
