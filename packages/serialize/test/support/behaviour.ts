import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { serialize } from '@mp/serialize';

type Case = readonly [name: string, make: () => unknown, check: (value: unknown) => unknown];

const folder = new URL('../../test/fixtures/cases/', import.meta.url);
const restore = fileURLToPath(new URL('../../test/fixtures/restore.mjs', import.meta.url));

/** Packs all values of an area here, and checks them in one other process. */
async function outcomes(file: string): Promise<readonly (readonly [name: string, result: string])[]> {
  const { cases } = (await import(new URL(file, folder).href)) as { readonly cases: readonly Case[] };
  const failures = new Map<number, string>();
  const parcels: (string | null)[] = [];
  for (const [i, [, make]] of cases.entries()) {
    try {
      parcels.push(Buffer.from(serialize(make())).toString('base64'));
    } catch (error) {
      failures.set(i, String((error as Error).stack));
      parcels.push(null);
    }
  }
  const child = spawnSync(process.execPath, ['--no-warnings', restore, file], {
    input: JSON.stringify(parcels),
    encoding: 'utf8',
    timeout: 60_000,
    maxBuffer: 2 ** 28,
  });
  if (child.status !== 0)
    throw new Error(`the restoring process ended with ${child.status ?? child.signal}: ${child.stderr}`);
  const results = JSON.parse(child.stdout) as (string | null)[];
  return cases.map(([name], i) => [name, failures.get(i) ?? results[i] ?? 'no answer']);
}

/** Describes the behaviour of the areas whose names begin with one of the letters. */
export function describeAreas(letters: RegExp): void {
  for (const file of readdirSync(folder).sort()) {
    if (!letters.test(file)) continue;
    describe(`in another process: ${file.replace(/\..*$/, '')}`, () => {
      test('every value behaves as the original did', async () => {
        const wrong = (await outcomes(file)).filter(([, result]) => result !== 'right');
        expect(wrong).toEqual([]);
      });
    });
  }
}
