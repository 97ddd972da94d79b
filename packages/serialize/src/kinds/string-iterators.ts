import type { Kind } from '../model/kind.js';
import { engineName } from './engine-name.js';
import { isIteratorOf, ownPrototypeOf, refuseImpostor } from './iterator-prototypes.js';

const iterate = String.prototype[Symbol.iterator];

/** An iterator of a string: what it has not given out yet. */
export const stringIteratorKind: Kind = {
  code: 63,
  name: 'StringIterator',
  prototype: undefined,
  test: (value) => isIteratorOf('String Iterator', value),
  accepts: (value) => engineName(value) === 'StringIterator',
  ownPrototype: (value) => ownPrototypeOf('String Iterator', value),
  structuralKeys: 0,
  write(iterator, sink) {
    const rest = sink.introspection?.restOfString(iterator);
    if (rest === null) throw refuseImpostor(iterator, sink);
    if (rest === undefined) {
      throw sink.refuse(
        iterator,
        'it is an iterator half way through a string, and what it has left can be read on Linux only, from ' +
          '`/proc/self/mem`, which this process may not read',
        'Send what remains: `[...iterator].join("")`.',
      );
    }
    sink.text(rest);
  },
  read: (source) => source.define(iterate.call(source.text())),
};
