import { HeapSnapshot } from './heap-snapshot.js';

const nextMatch = (Object.getPrototypeOf(''.matchAll(/./g)) as Iterator<unknown>).next;

/** What stops an iterator from looking for its next match. */
const STOPPED = new Error('stopped');

/**
 * The state of an iterator of `matchAll`: its own regular expression, whose `lastIndex` is the place, and the text.
 *
 * A snapshot of the heap shows the regular expression. That is given an `exec` for a moment, which is told the text and
 * throws: so an iterator that is not finished calls it and stays as it is, and one that is does not call it.
 */
export function matchesOf(
  iterator: object,
): 'finished' | { readonly matcher: RegExp; readonly text: string } | undefined {
  const snapshot = HeapSnapshot.showing(iterator);
  const row = snapshot?.rowOf(iterator);
  if (snapshot === undefined || row === undefined) return undefined;
  const slot = snapshot.edgesAt(row).find(({ type, to }) => type === 'hidden' && snapshot.typeAt(to) === 'regexp');
  const matcher = slot && (snapshot.objectAt(slot.to) as RegExp | undefined);
  // One of a class of the program's may have an `exec` that is not ours to replace.
  if (matcher === undefined || Object.getPrototypeOf(matcher) !== RegExp.prototype) return undefined;
  if (Object.hasOwn(matcher, 'exec') || !Object.isExtensible(matcher)) return undefined;
  let text: string | undefined;
  const exec = (given: string): never => {
    text = given;
    throw STOPPED;
  };
  Object.defineProperty(matcher, 'exec', { value: exec, configurable: true });
  try {
    nextMatch.call(iterator as Iterator<unknown>);
    return 'finished';
  } catch (error) {
    if (error !== STOPPED || text === undefined) return undefined;
    return { matcher, text };
  } finally {
    Reflect.deleteProperty(matcher, 'exec');
  }
}
