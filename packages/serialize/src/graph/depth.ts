import { Refusal } from '../model/refusal.js';

/** Nesting that the machine stack carries; what lies deeper is put off and written from a stack of its own. */
export const MAX_RECURSION = 200;
/**
 * Where nesting goes on through objects that cannot be put off, such as proxies: what a reader takes, which
 * goes two levels deeper for each.
 */
export const MAX_UNSPLIT = 400;

/** Refuses a value that nests more deeply than can be written. @param identity - Whether objects keep their identity. */
export function tooDeep(identity: boolean): never {
  throw new Refusal(
    undefined,
    identity
      ? 'it nests too deeply through objects that must be whole before what holds them is made'
      : 'it nests too deeply to be written without keeping track of identity, or it contains itself',
    identity ? 'Make the chain shorter.' : 'Leave `identity` at its default.',
    'MP_LIMIT',
  );
}
