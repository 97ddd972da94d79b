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
const forgotten = new FinalizationRegistry<Origin>((origin) => known.delete(origin));

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
  forgotten.register(fn, origin);
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

function randomName(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
