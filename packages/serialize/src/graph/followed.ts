import { types } from '../model/platform.js';
import type { TokenSink } from './token-sink.js';

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
export function noteCollections(sink: TokenSink, objects: Iterable<object>): void {
  const iterators = sink.iterators;
  sink.iterators = [];
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
