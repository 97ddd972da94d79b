import type { Kind } from '../model/kind.js';
import { types } from '../model/platform.js';

const nextOfSync = prototypeOf(function* () {}.prototype as object).next;

/** A generator that has come to its end. What one does that has not is a place in its code, and cannot travel. */
export const generatorKind: Kind = {
  code: 55,
  name: 'Generator',
  prototype: undefined,
  test: (value) => types?.isGeneratorObject(value) ?? /Generator\]$/.test(Object.prototype.toString.call(value)),
  structuralKeys: 0,
  write(generator, sink) {
    const state = sink.introspection?.generator(generator);
    if (state?.isClosed !== true) {
      const where = state === undefined || state.place === undefined ? '' : ` (${state.place})`;
      throw sink.refuse(
        generator,
        `it is a generator that has begun or may begin${where}, and its place in the code cannot travel`,
        'Send the values that it yields, or the function that makes it.',
      );
    }
    sink.uint(isSync(generator) ? 0 : 1);
  },
  read(source) {
    const isAsync = source.uint() === 1;
    const generator: object = isAsync ? (async function* () {})() : (function* () {})();
    if (isAsync) void (generator as AsyncGenerator).return(undefined);
    else (generator as Generator).return(undefined);
    return source.define(generator);
  },
};

/** Whether a finished generator is synchronous: then it says that it is finished, and changes nothing. */
function isSync(finished: object): boolean {
  try {
    nextOfSync.call(finished as Generator);
    return true;
  } catch {
    return false;
  }
}

function prototypeOf(object: object): Generator {
  return Object.getPrototypeOf(object) as Generator;
}
