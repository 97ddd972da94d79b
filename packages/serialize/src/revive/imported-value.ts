import { types } from '../model/platform.js';
import type { Meta } from '../model/ports.js';

/**
 * What an import statement binds to a name.
 *
 * @param resolve - Finds a value by its reference.
 * @param exported - The export's name; `*` for the namespace.
 */
export function importedValue(resolve: (reference: Meta) => unknown, url: string, exported: string): unknown {
  if (exported === '*') return resolve(['n', url]);
  const exports = resolve(['m', url]) as Record<string, unknown>;
  // The default of a CommonJS module is all that it exports.
  return exported === 'default' && types?.isModuleNamespaceObject(exports) !== true ? exports : exports[exported];
}
