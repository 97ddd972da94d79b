import { SERIALIZE_ERROR_CODES, SerializeError } from '@mp/codec';
import { type PausedFrame, pauseIn } from './pause.js';
import { Inspector } from './session.js';

/**
 * Calls a function of ours and stops in it: V8 takes the private names of any class as they stand in what is evaluated meanwhile.
 *
 * It takes some milliseconds where the stack is deep: V8 parses each function on it anew to tell its scopes.
 */
function standStill(look: (frame: PausedFrame) => void): boolean {
  return pauseIn(here, here, globalThis, look, { mayGoOn: true });
}

function here(): void {}

/**
 * Assigns private fields from outside of their class.
 *
 * @throws SerializeError where the object does not have them.
 */
export function assignPrivates(object: object, names: readonly string[], values: readonly unknown[]): void {
  if (names.length === 0 || Inspector.get().assignPrivates(object, names, values)) return;
  throw new SerializeError(
    SERIALIZE_ERROR_CODES.unsupported,
    `The private fields ${names.map((name) => `#${name}`).join(', ')} of an instance could not be set.\n` +
      'Let the class say how it travels: [GET_STATE] and [SET_STATE].',
  );
}

/**
 * How many private members of a name an object has, whichever classes declared them. To be asked where no accessor has the
 * name: it would run.
 *
 * @param most - How many there can be.
 * @returns `undefined` where another debugger would see the pause.
 */
export function countPrivates(object: object, name: string, most: number): 'none' | 'one' | 'several' | undefined {
  const inspector = Inspector.get();
  const isOne = inspector.hasPrivateMember(object, name);
  if (isOne) return 'one';
  if (most === 1) return 'none';
  if (inspector.isDebuggerAttached) return undefined;
  let found: 'none' | 'one' | 'several' | undefined;
  standStill((frame) => {
    const error = frame.evaluateAlone((at) => `void ${at}.#${name}`, object);
    found = error === undefined ? 'one' : /ambiguous/i.test(error) ? 'several' : 'none';
  });
  return found;
}
