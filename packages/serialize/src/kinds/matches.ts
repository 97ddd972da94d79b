import type { Kind } from '../model/kind.js';
import { types } from '../model/platform.js';

const matchesPrototype = Object.getPrototypeOf(''.matchAll(/./g)) as Iterator<unknown>;
const { next } = matchesPrototype;
const matchAll = RegExp.prototype[Symbol.matchAll];

/** Whether a prototype is that of the iterators of `matchAll`. */
export function isMatchesPrototype(prototype: object): boolean {
  return prototype === matchesPrototype;
}

/** An iterator of `matchAll`: the text and its own regular expression, which knows the place. */
export const matchesKind: Kind = {
  code: 59,
  name: 'RegExp String Iterator',
  prototype: undefined,
  test: (value) => Object.getPrototypeOf(value) === matchesPrototype,
  structuralKeys: 0,
  write(iterator, sink) {
    const found = sink.introspection?.matches(iterator);
    if (found === undefined) {
      throw sink.refuse(
        iterator,
        'it is an iterator whose place is not known',
        'Send an array of what remains, or allow the inspector, which shows it.',
      );
    }
    sink.uint(found === 'finished' ? 0 : 1);
    if (found === 'finished') return;
    sink.text(found.text);
    sink.value(found.matcher);
  },
  read(source) {
    if (source.uint() === 0) {
      const iterator = matchAll.call(/./g, '');
      next.call(iterator);
      return source.define(iterator);
    }
    const place = source.reserve();
    const text = source.text();
    const matcher = source.object();
    if (types?.isRegExp(matcher) === false) throw source.damaged('an iterator of matches of something else');
    return source.fill(place, matchAll.call(matcher as RegExp, text));
  },
};
