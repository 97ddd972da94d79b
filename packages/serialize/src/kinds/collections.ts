import type { Kind } from '../model/kind.js';
import { types } from '../model/platform.js';
import { EXT, SHELL } from '../model/tags.js';

// Kinds with tokens of their own: the reader makes them where it meets the token.

const mapSize = getterOf<Map<unknown, unknown>, number>(Map.prototype, 'size');
const setSize = getterOf<Set<unknown>, number>(Set.prototype, 'size');

export const arrayKind: Kind<unknown[]> = {
  code: -1,
  name: 'Array',
  prototype: Array.prototype,
  test: Array.isArray,
  structuralKeys: -1,
  shell: SHELL.array,
  write: (array, sink) => sink.elements(array),
  read: unread,
};

export const mapKind: Kind<Map<unknown, unknown>> = {
  code: -1,
  name: 'Map',
  prototype: Map.prototype,
  test: types?.isMap ?? ((value) => value instanceof Map),
  structuralKeys: 0,
  shell: SHELL.map,
  write(map, sink) {
    sink.mapHead(mapSize(map));
    sink.entries(map);
  },
  read: unread,
};

export const setKind: Kind<Set<unknown>> = {
  code: -1,
  name: 'Set',
  prototype: Set.prototype,
  test: types?.isSet ?? ((value) => value instanceof Set),
  structuralKeys: 0,
  shell: SHELL.set,
  write(set, sink) {
    sink.extension(EXT.set, setSize(set));
    sink.members(set);
  },
  read: unread,
};

const { getTime } = Date.prototype;

export const dateKind: Kind<Date> = {
  code: -1,
  name: 'Date',
  prototype: Date.prototype,
  test: types?.isDate ?? ((value) => value instanceof Date),
  structuralKeys: 0,
  write: (date, sink) => sink.date(getTime.call(date)),
  read: unread,
};

function unread(): never {
  throw new Error('This kind is read by its token.');
}

/** A built-in getter, as it was at load, whatever is done to the prototype later. */
export function getterOf<T extends object, R>(prototype: object, key: string | symbol): (object: T) => R {
  const get = Object.getOwnPropertyDescriptor(prototype, key)?.get;
  if (get === undefined) return () => undefined as never;
  return (object) => get.call(object) as R;
}
