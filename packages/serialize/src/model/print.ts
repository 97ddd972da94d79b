import { inspect } from './platform.js';

/**
 * An array or typed array as `util.inspect` prints it, without its elements, on one line. Nothing of the user's runs,
 * if there is no own `Symbol.toStringTag`.
 *
 * @param hidden - Whether properties that are not enumerable are printed.
 * @returns `undefined` where the host has no `inspect`.
 */
export function printWithoutElements(array: object, hidden: boolean): string | undefined {
  return inspect?.(array, hidden ? HIDDEN : VISIBLE);
}

const VISIBLE = {
  maxArrayLength: 0,
  customInspect: false,
  showHidden: false,
  depth: 0,
  breakLength: Number.POSITIVE_INFINITY,
} as const;
const HIDDEN = { ...VISIBLE, showHidden: true } as const;
