import type { Kind } from '../model/kind.js';
import { isNativeStack, setNativeStack, withoutTrace } from '../model/native-stack.js';
import { types } from '../model/platform.js';

// The position in this list is the class's code on the wire.
const CLASSES: readonly (ErrorConstructor | AggregateErrorConstructor | undefined)[] = [
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  AggregateError,
  (globalThis as { SuppressedError?: ErrorConstructor }).SuppressedError,
];

export const errorKinds: readonly Kind<Error>[] = CLASSES.flatMap((cls, code) => {
  if (cls === undefined) return [];
  return [
    {
      code: 30,
      name: cls.name,
      prototype: cls.prototype as object,
      // An error of a class of the user's is told by its brand, and keeps its prototype besides.
      test: (value: object) => isError(value) && nearest(value) === code,
      structuralKeys: -1,
      ownKeys: (error: Error) => Reflect.ownKeys(error).filter((key) => key !== 'stack' || !hasNativeStack(error)),
      write(error: Error, sink) {
        sink.uint(code);
        sink.value(hasNativeStack(error) ? stackOf(error) : undefined);
      },
      read: readError,
    } satisfies Kind<Error>,
  ];
});

function readError(source: Parameters<Kind['read']>[0]): Error {
  const cls = CLASSES[source.uint()] ?? Error;
  const error = source.define(makeBare(cls as ErrorConstructor));
  const stack = source.value();
  if (stack === undefined) Reflect.deleteProperty(error, 'stack');
  else if (typeof stack === 'string' && setNativeStack !== undefined) Reflect.apply(setNativeStack, error, [stack]);
  else Object.defineProperty(error, 'stack', { value: stack, writable: true, configurable: true, enumerable: false });
  return error;
}

/** An error with internal slots and nothing of its own but a stack. */
function makeBare(cls: ErrorConstructor): Error {
  // The trace of the decoder is about to be overwritten.
  return withoutTrace(() => {
    const error = cls === (AggregateError as unknown) ? (new AggregateError([]) as Error) : new cls();
    for (const key of Reflect.ownKeys(error)) if (key !== 'stack') Reflect.deleteProperty(error, key);
    return error;
  });
}

function isError(value: object): boolean {
  return types?.isNativeError(value) ?? value instanceof Error;
}

/** The code of the nearest built-in error class on the prototype chain; `Error` where there is none. */
function nearest(error: object): number {
  let prototype: object | null = Object.getPrototypeOf(error) as object | null;
  while (prototype !== null && types?.isProxy(prototype) !== true) {
    const code = CLASSES.findIndex((cls) => cls?.prototype === prototype);
    if (code >= 0) return code;
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
  return 0;
}

/** Whether `stack` is what the engine made of it: not replaced by an accessor of the user's, nor by odd attributes. */
function hasNativeStack(error: Error): boolean {
  const descriptor = stackDescriptor(error);
  if (descriptor === null) return true;
  if (descriptor === undefined || descriptor.enumerable) return false;
  if (descriptor.get !== undefined) return isNativeStack(descriptor.get);
  // Sealing and freezing take attributes away, and are restored by themselves.
  return (
    descriptor.value !== undefined &&
    (descriptor.writable === true || Object.isFrozen(error)) &&
    (descriptor.configurable === true || Object.isSealed(error))
  );
}

function stackOf(error: Error): unknown {
  const descriptor = stackDescriptor(error);
  try {
    if (descriptor != null) return descriptor.get === undefined ? descriptor.value : descriptor.get.call(error);
  } catch {
    // As below: the engine's getter calls what the name and the message are.
  }
  // Nobody can read it here either; the copy's can be read.
  return CLASSES[nearest(error)]?.name ?? 'Error';
}

/**
 * How an error has its stack; `null` where the engine cannot say: it formats a stack when it is first asked for it (up to V8 11
 * for its descriptor, too), with a text of the error that overflows the stack where its name is the error itself.
 */
function stackDescriptor(error: Error): PropertyDescriptor | undefined | null {
  try {
    return Object.getOwnPropertyDescriptor(error, 'stack');
  } catch {
    return null;
  }
}
