import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

// Resolved from `dist-test`, where this file runs.
const program = fileURLToPath(new URL('../../test/fixtures/prints-flags.mjs', import.meta.url));

function flagsOfChild(...flags: string[]): string[] {
  return JSON.parse(execFileSync(process.execPath, [...flags, program, 'spawn'], { encoding: 'utf8' })) as string[];
}

describe('a child has the flags of its parent', () => {
  test('with their values, written in one word or in two', () => {
    const flags = ['--conditions', 'one', '--conditions=two', '--stack-trace-limit=7'];
    expect(flagsOfChild(...flags)).toEqual(flags);
  });

  test.each([
    [['--inspect-port', '0']],
    [['--inspect-publish-uid', 'http']],
    [['--heap-prof-interval', '100000', '--heap-prof', '--heap-prof-dir', '/dev/null/none']],
    [['--cpu-prof-interval=500', '--cpu-prof', '--cpu-prof-dir', '/dev/null/none']],
  ])('but not %j, which are of one program', (flags) => {
    expect(flagsOfChild('--conditions=one', ...flags, '--conditions=two')).toEqual([
      '--conditions=one',
      '--conditions=two',
    ]);
  });
});
