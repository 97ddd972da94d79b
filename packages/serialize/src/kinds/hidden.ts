import { type Kind, NEVER } from '../model/kind.js';
import { types } from '../model/platform.js';

// Objects whose state is not theirs alone: the system's, another thread's, or the engine's.

function refused(name: string, test: Kind['test'], what: string, instead: string): Kind {
  return {
    code: NEVER,
    name,
    prototype: undefined,
    test,
    structuralKeys: -1,
    write: (value, sink) => {
      throw sink.refuse(value, what, instead);
    },
    read: (source) => {
      throw source.damaged(`an object that never travels, ${name}`);
    },
  };
}

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

/** Classes of the host whose members are handles of the system, by the name of a property that holds the handle. */
const HANDLE_CLASSES =
  /^(?:TCP|Pipe|TTY|UDP|Process|FSEvent|StatWatcher|HTTPParser|TLSWrap|FileHandle|MessagePort|Worker|Timeout|Immediate|Server|Socket|ChildProcess|ReadStream|WriteStream|AbortSignal|AbortController)$/;

/** Whether a prototype is that of a class of the host's whose members hold handles, going by its name. */
export function isHandlePrototype(prototype: object): boolean {
  const owner: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  if (typeof owner !== 'function' || types?.isProxy(owner) === true) return false;
  const name: unknown = Object.getOwnPropertyDescriptor(owner, 'name')?.value;
  return typeof name === 'string' && HANDLE_CLASSES.test(name);
}

const nativeHandle: Kind = refused(
  'handle',
  (value) => {
    let prototype = Object.getPrototypeOf(value) as object | null;
    for (
      ;
      prototype !== null && types?.isProxy(prototype) !== true;
      prototype = Object.getPrototypeOf(prototype) as object | null
    ) {
      if (isHandlePrototype(prototype)) return holdsHandle(value, (prototype as { constructor: object }).constructor);
    }
    return false;
  },
  'it is a handle of the operating system or of this thread',
  'Send what is needed to open one on the other side: a path, an address, an id.',
);

/** Whether an object of that name is the host's, not a class of the user's that has the same name. */
function holdsHandle(value: object, owner: object): boolean {
  if (/\[native code\]/.test(Function.prototype.toString.call(owner))) return true;
  const keys = Reflect.ownKeys(value).map(String);
  return keys.some((key) =>
    /^(?:_handle|fd|_channel|_idleTimeout|Symbol\(.*(?:[kK]Handle|asyncId|async_id|kAborted|signal).*\))$/.test(key),
  );
}

export const hiddenKinds: readonly Kind[] = [
  argumentsKind,
  refused('External', isExternal, 'it is a pointer into native code', 'Leave it out.'),
  refused(
    'key',
    isKey,
    'it is a key of the crypto module, which may be kept from being read',
    'Export it and send the bytes.',
  ),
  nativeHandle,
];
