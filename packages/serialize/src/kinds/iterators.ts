import type { Kind } from '../model/kind.js';
import { types } from '../model/platform.js';
import { getterOf } from './collections.js';

const ITERATOR_KINDS = ['map.entries', 'map.keys', 'map.values', 'set.entries', 'set.keys', 'set.values'] as const;
type IteratorKind = (typeof ITERATOR_KINDS)[number];

/** Added to the number of a kind where the collection follows, and the iterator's place in it. */
const FOLLOWS = 8;

/**
 * An iterator of a Map or Set. What remains is sent; and where the collection is a part of the value, that and the
 * iterator's place in it, because an iterator goes on with what is added later.
 */
export const iteratorKind: Kind = {
  code: 54,
  name: 'Iterator',
  prototype: undefined,
  test: (value) => types !== undefined && (types.isMapIterator(value) || types.isSetIterator(value)),
  structuralKeys: 0,
  write(iterator, sink) {
    const found = sink.introspection?.iterator(iterator);
    const kind = ITERATOR_KINDS.indexOf(found?.kind as never);
    if (found === undefined || kind < 0) {
      throw sink.refuse(iterator, 'it is an iterator whose place is not known', 'Send an array of what remains.');
    }
    const owner = sink.ownerOf(iterator) as ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> | undefined;
    if (owner !== undefined) {
      sink.uint(kind + FOLLOWS);
      // It may hold the iterator.
      sink.shell(owner);
      sink.uint(lengthOf(owner) - found.remaining.length);
      return;
    }
    if (found.remaining.length > 0) sink.noteIterator(iterator);
    sink.uint(kind);
    sink.uint(found.remaining.length);
    for (const item of found.remaining) sink.value(item);
  },
  read(source) {
    const number = source.uint();
    const kind = ITERATOR_KINDS[number % FOLLOWS];
    if (kind === undefined || number >= FOLLOWS * 2) throw source.damaged('an iterator of an unknown kind');
    if (number >= FOLLOWS) {
      const place = source.reserve();
      const owner = source.value();
      const isRight = kind.startsWith('map') ? types?.isMap(owner) : types?.isSet(owner);
      if (isRight !== true) throw source.damaged('an iterator of something else');
      const iterator = source.fill(place, makeIterator(kind, owner as never, owner as never));
      const passed = source.uint();
      // The collection may not be filled yet.
      source.finally(() => {
        for (let left = Math.min(passed, lengthOf(owner as never)); left > 0; left--) iterator.next();
      });
      return iterator;
    }
    // Filled below: an iterator follows its collection until it has come to the end.
    const map = new Map<unknown, unknown>();
    const set = new Set<unknown>();
    const iterator = source.define(makeIterator(kind, map, set));
    const count = source.count(1);
    for (let i = 0; i < count; i++) {
      const item = source.value();
      if (kind === 'map.values') map.set(i, item);
      else if (kind === 'map.keys') map.set(item, undefined);
      else if (kind === 'map.entries') map.set((item as [unknown])[0], (item as [unknown, unknown])[1]);
      else set.add(kind === 'set.entries' ? (item as [unknown])[0] : item);
    }
    return iterator;
  },
};

const { entries: mapEntries, keys: mapKeys, values: mapValues } = Map.prototype;
const { entries: setEntries, values: setValues } = Set.prototype;

function makeIterator(kind: IteratorKind, map: Map<unknown, unknown>, set: Set<unknown>): Iterator<unknown> {
  switch (kind) {
    case 'map.entries':
      return mapEntries.call(map);
    case 'map.keys':
      return mapKeys.call(map);
    case 'map.values':
      return mapValues.call(map);
    case 'set.entries':
      return setEntries.call(set);
    default:
      return setValues.call(set);
  }
}

const mapSize = getterOf<ReadonlyMap<unknown, unknown>, number>(Map.prototype, 'size');
const setSize = getterOf<ReadonlySet<unknown>, number>(Set.prototype, 'size');

function lengthOf(collection: ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>): number {
  return types?.isMap(collection) === true ? mapSize(collection) : setSize(collection as ReadonlySet<unknown>);
}
