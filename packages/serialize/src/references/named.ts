import type { Step } from './path.js';

/**
 * What a program that is one file says of itself: names under which both sides have the same, by the global symbol
 * `mp.references`. Its classes are on the other side, too, and there is no module by which to find them.
 */
const place = Symbol.for('mp.references');
const holder = globalThis as { [place]?: Readonly<Record<string, object>> };

/** The name of a value, where the program gave it one. */
export function findNamed(value: object): readonly Step[] | undefined {
  const named = holder[place];
  if (named === undefined) return undefined;
  for (const [name, other] of Object.entries(named)) if (other === value) return [name];
  return undefined;
}

/** What the program calls so. */
export function resolveNamed(name: Step | undefined): unknown {
  const named = holder[place];
  return typeof name === 'string' && named !== undefined && Object.hasOwn(named, name) ? named[name] : undefined;
}
