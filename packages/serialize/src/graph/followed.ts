import { types } from '../model/platform.js';
import type { TokenSink } from './token-sink.js';

const { isMapIterator, isSetIterator } = types ?? {};

type Collection = Map<unknown, unknown> | Set<unknown>;

const { set: setOfMap, delete: deleteOfMap } = Map.prototype;
const { add: addToSet, delete: deleteOfSet } = Set.prototype;

/**
 * Finds the collections of iterators among the objects of the value: an iterator goes on with what is added to its
 * collection, so it must not be parted from it.
 *
 * The engine shows what remains for an iterator and not of which collection. So each gets a mark as its last entry, for a
 * moment, and the iterators show whose mark they would come to. No code of the program's runs meanwhile.
 *
 * @param objects - All objects of the value, when it is written.
 */
export function noteCollections(sink: TokenSink, objects: readonly object[]): void {
  const [iterators, ofArrays] = split(sink.iterators);
  sink.iterators = [];
  if (ofArrays.length > 0) noteIterated(sink, ofArrays, objects);
  const marks = new Map<unknown, Collection>();
  try {
    for (const object of objects) {
      if (types?.isMap(object) !== true && types?.isSet(object) !== true) continue;
      const mark = {};
      marks.set(mark, object);
      if (types.isMap(object)) setOfMap.call(object, mark, mark);
      else addToSet.call(object, mark);
    }
    for (const iterator of iterators) {
      const last: unknown = sink.introspection?.iterator(iterator)?.remaining.at(-1);
      const owner = marks.get(Array.isArray(last) ? last[1] : last);
      if (owner !== undefined) sink.noteOwner(iterator, owner);
    }
  } finally {
    for (const [mark, collection] of marks) {
      if (types?.isMap(collection) === true) deleteOfMap.call(collection, mark);
      else deleteOfSet.call(collection as Set<unknown>, mark);
    }
  }
}

/** Iterators of Maps and Sets, and all others. */
function split(iterators: readonly object[]): readonly [ofCollections: readonly object[], ofArrays: readonly object[]] {
  const isOfCollection = (iterator: object): boolean =>
    isMapIterator?.(iterator) === true || isSetIterator?.(iterator) === true;
  return [iterators.filter(isOfCollection), iterators.filter((iterator) => !isOfCollection(iterator))];
}

/** Finds what iterators of arrays go through. */
function noteIterated(sink: TokenSink, iterators: readonly object[], objects: readonly object[]): void {
  const owners = sink.introspection?.iterated(iterators, objects) ?? [];
  for (const [i, iterator] of iterators.entries()) {
    const owner = owners[i];
    if (owner === undefined) {
      throw sink.refuse(
        iterator,
        'it is an iterator half way through an array, and the array is not found in the heap',
        'Send the array beside it, or an array of what remains: `[...iterator]`.',
      );
    }
    sink.noteOwner(iterator, owner);
  }
}
