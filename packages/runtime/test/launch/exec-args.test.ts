import { spawnSync } from 'node:child_process';
import { inheritableExecArgv } from '../../dist/launch/exec-args.js';

describe('the flags of Node that children have, too', () => {
  test.each([
    ['those that a program runs with', ['--conditions', 'dev', '--import=tsx', '-r', './set-up.cjs', '--no-warnings']],
    ['limits of the heap', ['--max-old-space-size=100', '--stack-size', '2000']],
  ])('are %s', (_, flags) => expect(inheritableExecArgv(flags)).toEqual(flags));

  test.each([
    [
      'what to run instead of a file',
      ['-e', 'work()'],
      ['--eval', 'work()'],
      ['-p', '1 + 1'],
      ['--input-type', 'module'],
    ],
    ['a port that is taken', ['--inspect'], ['--inspect=9230'], ['--inspect-port', '9230']],
    ['files that would be written by each', ['--cpu-prof', '--cpu-prof-dir', 'out'], ['--heap-prof-interval', '100']],
    ['watching and testing', ['--watch', '--watch-path', 'src'], ['--test', '--test-name-pattern', 'a', '--test-only']],
  ])('are not %s, whichever way the value is given', (_, ...all) => {
    for (const flags of all)
      expect(inheritableExecArgv(['--no-warnings', ...flags, '--no-deprecation'])).toEqual([
        '--no-warnings',
        '--no-deprecation',
      ]);
  });

  test('are not the port of a debugger, which the value of a flag would leave behind', () => {
    const program = `
      import { Pool } from ${JSON.stringify(import.meta.resolve('@mp/runtime'))};
      const pool = new Pool({ processes: 1 });
      console.log(await pool.apply((n) => n + 1, [41]), (await pool.apply(() => process.execArgv)).length);`.concat(
      'pool.close(); await pool.join();',
    );
    const args = ['--inspect-port', '0', '--input-type=module', '--eval', program];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect([stdout, stderr]).toEqual(['42 0\n', '']);
  });
});
