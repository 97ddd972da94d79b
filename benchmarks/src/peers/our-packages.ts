// Our packages: this build, or the one of another checkout when two builds are compared.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { NoNumber } from '../harness/refusal.js';

/** Where a package of ours is imported from, also by another process. */
export function ourSpecifier(name: 'serialize' | 'runtime' | 'native'): string {
  const root = process.env['MP_BENCH_ROOT'];
  return root === undefined ? import.meta.resolve(`@mp/${name}`) : entryIn(root, name, '.')!;
}

/**
 * Where an entry point beside the main one is imported from.
 *
 * @throws NoNumber where there is no such entry point.
 */
export function ourEntry(name: 'serialize', entry: string): string {
  const root = process.env['MP_BENCH_ROOT'];
  try {
    const found = root === undefined ? import.meta.resolve(`@mp/${name}/${entry}`) : entryIn(root, name, `./${entry}`);
    if (found !== undefined) return found;
  } catch {
    // Not among the package's exports.
  }
  throw new NoNumber('unavailable', `There is no @mp/${name}/${entry} yet.`);
}

/** What an `import` of the package would load in another checkout: as users get it, by its exports. */
function entryIn(root: string, name: string, entry: string): string | undefined {
  const folder = `${root}/packages/${name}`;
  const { exports } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as {
    exports: Record<string, Conditions | undefined>;
  };
  const conditions = exports[entry];
  const file = (conditions?.['module-sync'] ?? conditions?.import)?.default ?? conditions?.default;
  return file === undefined ? undefined : pathToFileURL(`${folder}/${file}`).href;
}

interface Conditions {
  readonly 'module-sync'?: { readonly default: string };
  readonly import?: { readonly default: string };
  readonly default?: string;
}

/**
 * Loads a package of ours and checks that it has what an adapter is about to call.
 *
 * @param names - The exports that are needed. A package without them is "not available yet".
 * @throws NoNumber where an export is missing.
 */
export async function loadOurs<Exports>(
  name: 'serialize' | 'runtime' | 'native',
  names: readonly (keyof Exports & string)[],
): Promise<Exports> {
  const module = (await import(ourSpecifier(name))) as Record<string, unknown>;
  const missing = names.filter((key) => module[key] === undefined);
  if (missing.length > 0) throw new NoNumber('unavailable', `@mp/${name} has no ${missing.join(', ')} yet.`);
  return module as Exports;
}
