import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** V8's own function: a whole collection, or one of what is young. */
type Collect = (options: { readonly type: 'major' | 'minor' }) => void;

let collect: Collect | undefined;
let isSought = false;

/**
 * Collects garbage, so that no child does. A child in which a collection begins, or goes on that its server had begun in
 * steps, writes to all memory that it shares, and has a copy of it.
 */
export function collectGarbage(type: 'major' | 'minor'): void {
  if (!isSought) collect = findCollect();
  isSought = true;
  // Twice: what is young moves to the other half of its space, and then to what is old.
  for (let time = 0; time < 2; time++) collect?.({ type });
}

/** A context that is made while the flag is set has the function; no other one does. Without it children only cost more. */
function findCollect(): Collect | undefined {
  const isExposed = typeof globalThis.gc === 'function';
  if (!isExposed) setFlagsFromString('--expose-gc');
  try {
    return runInNewContext('globalThis.gc') as Collect | undefined;
  } finally {
    if (!isExposed) setFlagsFromString('--no-expose-gc');
  }
}
