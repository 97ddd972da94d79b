import type { Kind, ValueSink, ValueSource } from '../model/kind.js';
import { types } from '../model/platform.js';

// Boxed primitives: objects whose only content is a primitive value.

function boxed<P>(
  code: number,
  name: string,
  prototype: object,
  test: Kind['test'] | undefined,
  write: (value: P, sink: ValueSink) => void,
  read: (source: ValueSource) => P,
): Kind {
  const unbox = (prototype as { valueOf(): P }).valueOf;
  return {
    code,
    name,
    prototype,
    test: test ?? ((value) => Object.prototype.toString.call(value) === `[object ${name}]`),
    structuralKeys: name === 'String' ? -1 : 0,
    write: (value, sink) => write(unbox.call(value), sink),
    read: (source) => source.define(Object(read(source)) as object),
  };
}

const stringKind: Kind = {
  ...boxed<string>(
    21,
    'String',
    String.prototype,
    types?.isStringObject,
    (value, sink) => sink.text(value),
    (source) => source.text(),
  ),
  ownKeys: (value) => {
    const { length } = String.prototype.valueOf.call(value);
    return Reflect.ownKeys(value).filter(
      (key, index) => key !== 'length' && !(index < length && key === String(index)),
    );
  },
};

export const boxedKinds: readonly Kind[] = [
  boxed<number>(
    20,
    'Number',
    Number.prototype,
    types?.isNumberObject,
    (value, sink) => sink.number(value),
    (source) => source.number(),
  ),
  stringKind,
  boxed<boolean>(
    22,
    'Boolean',
    Boolean.prototype,
    types?.isBooleanObject,
    (value, sink) => sink.uint(value ? 1 : 0),
    (source) => source.uint() === 1,
  ),
  boxed<bigint>(
    23,
    'BigInt',
    BigInt.prototype,
    types?.isBigIntObject,
    (value, sink) => sink.bigint(value),
    (source) => source.bigint(),
  ),
  boxed<symbol>(
    24,
    'Symbol',
    Symbol.prototype,
    types?.isSymbolObject,
    (value, sink) => sink.value(value),
    (source) => {
      const value = source.value();
      if (typeof value !== 'symbol') throw source.damaged('a boxed symbol without its symbol');
      return value;
    },
  ),
];
