import type { GraphWriter } from './writer.js';

/**
 * Refuses an object with private members that its own classes did not give it, where code comes along that may read them.
 *
 * @param objects - All objects of the value, when it is written.
 */
export function refuseStray(writer: GraphWriter, objects: Iterable<object>): void {
  const stray = writer.context.capture?.().findStray(objects, writer.names.references);
  if (stray === undefined) return;
  throw writer.refuse(
    stray,
    'it has private members of a class that it is no instance of',
    'Such a class extends one whose constructor returns another object. Keep what it stores in a WeakMap, or let the class say how its objects travel: [GET_STATE] and [SET_STATE].',
  );
}
