import type { Kind } from '../model/kind.js';
import { types } from '../model/platform.js';
import { handleKinds, refused } from './handles.js';

// What of the engine's is no ordinary object, and what never travels.

const isExternal: Kind['test'] = (value) => types?.isExternal(value) ?? false;
const isKey: Kind['test'] = (value) => {
  const checks = types as { isCryptoKey?(v: unknown): boolean; isKeyObject?(v: unknown): boolean } | undefined;
  return checks?.isCryptoKey?.(value) === true || checks?.isKeyObject?.(value) === true;
};

const SLOPPY = 1;
const ITERATES = 2;

/** `arguments`: an array-like object with a brand of its own. It arrives as one that is not tied to parameters. */
const argumentsKind: Kind = {
  code: 72,
  name: 'Arguments',
  prototype: undefined,
  test: (value) => types?.isArgumentsObject(value) ?? false,
  structuralKeys: -1,
  ownKeys: () => [],
  write(value, sink) {
    const descriptor = Object.getOwnPropertyDescriptor(value, 'callee');
    // The callee of strict code is an accessor that throws; that of sloppy code is the function itself.
    const isSloppy = descriptor?.get === undefined;
    const iterates = iteratesLikeArrays(value);
    sink.uint((isSloppy ? SLOPPY : 0) | (iterates ? ITERATES : 0));
    const keys = Reflect.ownKeys(value).filter((key) =>
      key === 'callee' ? isSloppy : key !== Symbol.iterator || !iterates,
    );
    sink.properties(value, keys);
  },
  read(source) {
    const flags = source.uint();
    const isSloppy = (flags & SLOPPY) !== 0;
    const made = source.define(isSloppy ? makeSloppyArguments() : makeArguments());
    for (const key of Reflect.ownKeys(made)) {
      const stays = key === 'callee' ? !isSloppy : key === Symbol.iterator && (flags & ITERATES) !== 0;
      if (!stays) Reflect.deleteProperty(made, key);
    }
    source.properties(made);
    return made;
  },
};

/** Whether the object still has the iterator with which it was made. */
function iteratesLikeArrays(value: object): boolean {
  const iterate: unknown = Object.getOwnPropertyDescriptor(value, Symbol.iterator)?.value;
  return typeof iterate === 'function' && Object.getOwnPropertyDescriptor(iterate, 'name')?.value === 'values';
}

/** The `callee` of strict arguments cannot be changed, and a module is strict. */
function makeSloppyArguments(): object {
  return Function('return arguments')() as object;
}

function makeArguments(): object {
  // biome-ignore lint/complexity/noArguments: the object itself is wanted
  return arguments;
}

export const hiddenKinds: readonly Kind[] = [
  argumentsKind,
  refused('External', isExternal, 'it is a pointer into native code', 'Leave it out.'),
  refused(
    'key',
    isKey,
    'it is a key of the crypto module, which may be kept from being read',
    'Make it extractable, or export it and send the bytes.',
  ),
  ...handleKinds,
];
