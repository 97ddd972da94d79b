import type { Kind, ValueSource } from '../model/kind.js';
import { types } from '../model/platform.js';
import { getterOf } from './collections.js';

const sourceOf = getterOf<RegExp, string>(RegExp.prototype, 'source');
// One getter for each flag: `flags` itself reads properties that a user may have replaced.
const FLAGS: readonly (readonly [string, (regexp: RegExp) => boolean])[] = [
  ['d', 'hasIndices'],
  ['g', 'global'],
  ['i', 'ignoreCase'],
  ['m', 'multiline'],
  ['s', 'dotAll'],
  ['u', 'unicode'],
  ['v', 'unicodeSets'],
  ['y', 'sticky'],
].map(([flag, name]) => [flag!, getterOf<RegExp, boolean>(RegExp.prototype, name!)]);

export const regexpKind: Kind<RegExp> = {
  code: 25,
  name: 'RegExp',
  prototype: RegExp.prototype,
  test: types?.isRegExp ?? ((value) => value instanceof RegExp),
  structuralKeys: -1,
  ownKeys: (regexp) => {
    const { writable } = Object.getOwnPropertyDescriptor(regexp, 'lastIndex')!;
    // A read-only lastIndex is an odd property; freezing is dealt with by integrity.
    return Reflect.ownKeys(regexp).filter((key) => key !== 'lastIndex' || !writable);
  },
  write(regexp, sink) {
    sink.text(sourceOf(regexp));
    sink.text(FLAGS.map(([flag, isSet]) => (isSet(regexp) ? flag : '')).join(''));
    sink.value(Object.getOwnPropertyDescriptor(regexp, 'lastIndex')!.value);
  },
  read(source) {
    const pattern = source.text();
    const flags = source.text();
    const regexp = source.define(compile(pattern, flags, source));
    const lastIndex = source.value();
    if (!Object.is(lastIndex, 0)) regexp.lastIndex = lastIndex as number;
    return regexp;
  },
};

function compile(pattern: string, flags: string, source: ValueSource): RegExp {
  try {
    return new RegExp(pattern, flags);
  } catch {
    throw source.damaged(`a regular expression that this engine does not know, /${pattern}/${flags},`);
  }
}
