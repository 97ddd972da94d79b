import type { Kind } from '../model/kind.js';
import { types } from '../model/platform.js';
import { accepts } from './accepts.js';

const { deref } = WeakRef.prototype;

export const weakRefKind: Kind<WeakRef<WeakKey>> = {
  code: 50,
  name: 'WeakRef',
  prototype: WeakRef.prototype,
  test: (value) => Object.prototype.toString.call(value) === '[object WeakRef]' && accepts(targetOf, value),
  accepts: (value) => accepts(targetOf, value),
  structuralKeys: 0,
  write(ref, sink) {
    const target = targetOf(ref);
    if (target === undefined) {
      throw sink.refuse(ref, 'it is a WeakRef whose target is gone, and such a one cannot be made', 'Leave it out.');
    }
    sink.shell(target);
  },
  read(source) {
    const place = source.reserve();
    return source.fill(place, new WeakRef(source.value() as WeakKey));
  },
};

/** Weak collections do not tell what they hold; the host does, where it can. */
function weakCollection(
  code: number,
  name: string,
  cls: new () => WeakMap<WeakKey, unknown> | WeakSet<WeakKey>,
  test: Kind['test'],
): Kind<WeakMap<WeakKey, unknown> | WeakSet<WeakKey>> {
  const isMap = name === 'WeakMap';
  return {
    code,
    name,
    prototype: cls.prototype as object,
    test,
    structuralKeys: 0,
    write(collection, sink) {
      if (sink.introspection === undefined) {
        throw sink.refuse(
          collection,
          `it is a ${name}, and the host does not show what it holds`,
          `Send a ${isMap ? 'Map' : 'Set'}.`,
        );
      }
      const entries = sink.introspection.weakEntries(collection);
      sink.uint(entries.length);
      for (const [key, value] of entries) {
        sink.value(key);
        if (isMap) sink.value(value);
      }
    },
    read(source) {
      const collection = source.define(new cls()) as WeakMap<WeakKey, unknown> & WeakSet<WeakKey>;
      for (let left = source.count(1); left > 0; left--) {
        const key = source.value();
        if ((typeof key !== 'object' && typeof key !== 'function' && typeof key !== 'symbol') || key === null) {
          throw source.damaged('a weak collection with a key that cannot be held weakly');
        }
        if (isMap) collection.set(key as WeakKey, source.value());
        else collection.add(key as WeakKey);
      }
      return collection;
    },
  };
}

export const weakMapKind: Kind = weakCollection(
  51,
  'WeakMap',
  WeakMap,
  types?.isWeakMap ?? ((value) => value instanceof WeakMap),
) as Kind;

export const weakSetKind: Kind = weakCollection(
  52,
  'WeakSet',
  WeakSet,
  types?.isWeakSet ?? ((value) => value instanceof WeakSet),
) as Kind;

/** What is there now; of an object that is no WeakRef, an error. */
function targetOf(ref: WeakRef<WeakKey>): WeakKey | undefined {
  return deref.call(ref);
}
