import { Connection } from '../channel/connection.js';
import type { ProcessWork } from '../launch/launcher.js';

/**
 * The connections among a process's arguments, or among the properties of an object with its own `run`: in arrays and
 * plain objects, however deep. Those that functions have captured cannot be seen, and stay here.
 */
export function connectionsIn(work: ProcessWork): Connection[] {
  const found = new Set<Connection>();
  const seen = new Set<unknown>();
  const left: unknown[] = 'run' in work ? Object.values(work) : [...work.args];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    if (value instanceof Connection) found.add(value);
    else if (Array.isArray(value)) left.push(...value);
    else if (Object.getPrototypeOf(value) === Object.prototype)
      for (const { value: property } of Object.values(Object.getOwnPropertyDescriptors(value))) left.push(property);
  }
  return [...found];
}
