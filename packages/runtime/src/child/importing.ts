import { Later } from '../channel/marshal.js';
import { family } from '../platform/family.js';
import { IMPORTING } from './boot.js';

/** Runs what may load modules of the user's, which must not start processes while they load: each would do the same. */
export function whileImporting<T>(load: () => T): T {
  const place = family();
  const allow = () => {
    place.startProblem = undefined;
  };
  place.startProblem = IMPORTING;
  let result: T | undefined;
  try {
    result = load();
    return result;
  } finally {
    const waiting = result instanceof Later ? result.promise : result instanceof Promise ? result : undefined;
    if (waiting === undefined) allow();
    else waiting.then(allow, allow);
  }
}
