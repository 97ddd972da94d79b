// Our packages: this build, or the one of another checkout when two builds are compared.
import { pathToFileURL } from 'node:url';
import { NoNumber } from '../harness/refusal.js';

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
  const root = process.env['MP_BENCH_ROOT'];
  const specifier = root === undefined ? `@mp/${name}` : pathToFileURL(`${root}/packages/${name}/dist/index.js`).href;
  const module = (await import(specifier)) as Record<string, unknown>;
  const missing = names.filter((key) => module[key] === undefined);
  if (missing.length > 0) throw new NoNumber('unavailable', `@mp/${name} has no ${missing.join(', ')} yet.`);
  return module as Exports;
}
