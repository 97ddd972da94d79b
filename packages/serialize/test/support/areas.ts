import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

// The values of all areas, packed in a process of another kind than the one that checks them.

/** A value, or why it could not be packed. */
export interface Packed {
  readonly name: string;
  readonly bytes?: string;
  readonly error?: string;
}

/** What instruments a program as it loads. */
export const register: string = pathToFileURL(createRequire(import.meta.url).resolve('@mp/serialize/register')).href;

/** The files of all areas. */
export const areas: readonly string[] = readdirSync(new URL('../../test/fixtures/cases/', import.meta.url)).sort();

/** Runs a fixture to its end. */
export function run(fixture: string, execArgv: readonly string[], args: readonly string[], input = ''): string {
  const file = fileURLToPath(new URL(`../../test/fixtures/${fixture}`, import.meta.url));
  const child = spawnSync(process.execPath, ['--no-warnings', ...execArgv, file, ...args], {
    input,
    encoding: 'utf8',
    timeout: 120_000,
    maxBuffer: 2 ** 28,
  });
  if (child.status !== 0) throw new Error(`${fixture} ended with ${child.status ?? child.signal}: ${child.stderr}`);
  return child.stdout;
}

/** Packs areas in an instrumented process. */
export function pack(
  execArgv: readonly string[],
  files: readonly string[] = areas,
): Readonly<Record<string, readonly Packed[]>> {
  return JSON.parse(run('pack.mjs', ['--import', register, ...execArgv], files)) as Record<string, readonly Packed[]>;
}

/** What each case came to in a process that was not instrumented. */
export function outcomes(
  file: string,
  packed: readonly Packed[],
): readonly (readonly [name: string, result: string])[] {
  const parcels = packed.map(({ bytes }) => bytes ?? null);
  const results = JSON.parse(run('restore.mjs', [], [file], JSON.stringify(parcels))) as (string | null)[];
  return packed.map(({ name, error }, i) => [name, error ?? results[i] ?? 'no answer']);
}

/** Describes the behaviour of what instrumented processes pack, for the areas whose names begin with one of the letters. */
export function describeInstrumented(letters: RegExp): void {
  const files = areas.filter((file) => letters.test(file));
  describe('in an instrumented process', () => {
    const packed = pack([], files);
    test.each(files)('every value of %s behaves elsewhere as the original did', (file) => {
      const wrong = outcomes(file, packed[file] ?? []).filter(([, result]) => result !== 'right');
      expect(wrong).toEqual([]);
    });
  });
}
