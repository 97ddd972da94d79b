/**
 * Whether a getter or method of a built-in class accepts the object: it looks for its private state, or its internal slot,
 * before it does anything else.
 *
 * An exception costs a microsecond: ask only what claims to be of the class.
 */
export function accepts(ask: (value: never) => unknown, value: object): boolean {
  try {
    ask(value as never);
    return true;
  } catch {
    return false;
  }
}
