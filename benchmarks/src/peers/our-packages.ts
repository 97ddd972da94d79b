// Our packages: this build, or the one of another checkout when two builds are compared.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { NoNumber } from '../harness/refusal.js';

/** Where a package of ours is imported from, also by another process. */
export function ourSpecifier(name: 'serialize' | 'runtime' | 'native'): string {
  const root = process.env['MP_BENCH_ROOT'];
  return root === undefined ? import.meta.resolve(`@mp/${name}`) : entryOf(`${root}/packages/${name}/`);
}

/** Two builds need not lay out their files alike: each says in its manifest where an entry is. */
function entryOf(folder: string, entry = '.'): string {
  const { exports } = JSON.parse(readFileSync(`${folder}package.json`, 'utf8')) as {
    exports: Record<string, { import: { default: string } }>;
  };
  const found = exports[entry];
  if (found === undefined) throw new NoNumber('unavailable', `${folder} has no entry point ${entry}.`);
  return new URL(found.import.default, pathToFileURL(folder)).href;
}

/**
 * Where an entry point beside the main one is imported from.
 *
 * @throws NoNumber where there is no such entry point.
 */
export function ourEntry(name: 'serialize', entry: string): string {
  const root = process.env['MP_BENCH_ROOT'];
  if (root !== undefined) return entryOf(`${root}/packages/${name}/`, `./${entry}`);
  try {
    return import.meta.resolve(`@mp/${name}/${entry}`);
  } catch {
    throw new NoNumber('unavailable', `There is no @mp/${name}/${entry} yet.`);
  }
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
