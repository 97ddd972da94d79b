import type { FunctionLocation } from '../inspector/scopes.js';
import type { Script } from '../inspector/scripts.js';
import { allScripts } from '../instrument/scripts.js';
import { isObject } from '../references/path.js';
import type { References } from '../references/port.js';
import { scriptFacts, scriptOf } from './source-info.js';
import type { Variable } from './variables.js';

/** A variable that an import declaration binds to a module which the other side imports too. */
export interface ImportBinding {
  readonly url: string;
  readonly exported: string;
  /** The export may change, so it is read anew at each use. */
  readonly isLive: boolean;
}

/**
 * Whether a variable is an import that shall be imported on the other side, instead of its value being sent.
 *
 * Values that go by reference anyway need no look at the source.
 */
export function importBinding(
  variable: Variable,
  location: FunctionLocation | undefined,
  references: References,
): ImportBinding | undefined {
  if (variable.scope?.description !== 'Module') return undefined;
  if (isObject(variable.value) && references.find(variable.value) !== undefined) return undefined;
  const script = scriptOf(location);
  const imported = scriptFacts(location)?.imports.get(variable.name);
  if (script === undefined || imported === undefined) return undefined;
  const url = resolveUrl(imported.specifier, script.url);
  if (url === undefined || references.modules.namespaceOf(url) === undefined) return undefined;
  const isLive = isMutable(url, imported.imported);
  if (!isLive && !isObject(variable.value)) return undefined;
  return { url, exported: imported.imported, isLive };
}

function isMutable(url: string, exported: string): boolean {
  if (exported === '*') return false;
  for (const script of allScripts()) {
    if (script.url === url && script.isModule) return scriptFacts(placeIn(script))?.isMutableExport(exported) ?? true;
  }
  return false;
}

function placeIn(script: Script): FunctionLocation {
  return { scriptId: script.id, lineNumber: 0, columnNumber: 0 };
}

function resolveUrl(specifier: string, from: string): string | undefined {
  try {
    if (/^\.{0,2}\//.test(specifier)) return new URL(specifier, from).href;
    if (specifier.startsWith('file:')) return specifier;
    const module = process.getBuiltinModule('node:module');
    const path = module.createRequire(from).resolve(specifier);
    return module.isBuiltin(path) ? undefined : process.getBuiltinModule('node:url').pathToFileURL(path).href;
  } catch {
    return undefined;
  }
}
