import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

function run(program: string, args: readonly string[] = [], input = ''): string {
  const file = fileURLToPath(new URL(`../test/fixtures/programs/${program}`, import.meta.url));
  const child = spawnSync(process.execPath, ['--no-warnings', ...args, file], {
    input,
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (child.status !== 0) throw new Error(`${program} ended with ${child.status ?? child.signal}: ${child.stderr}`);
  return child.stdout;
}

/** Runs a program that serializes something, and evaluates an expression over it in another process. */
function elsewhere(program: string, expression: string): unknown {
  return JSON.parse(run('use.mjs', [], JSON.stringify({ text: run(program), expression })));
}

describe('a main module', () => {
  test('sends its functions by value, with the variables of the module', () => {
    expect(elsewhere('main.mjs', '[value.exported(2), value.job.run(5)]')).toEqual([6, [15, 1, 2]]);
  });

  test('sends what it imports by reference', () => {
    expect(elsewhere('main.mjs', '[value.increment(), value.increment()]')).toEqual([1, 2]);
  });

  test('in CommonJS keeps require and __filename', () => {
    expect(elsewhere('main.cjs', '[value.exported(2), value.job.run(5)]')).toEqual([6, [15, 2, 'function', true, 1]]);
  });
});

describe('an error that is thrown elsewhere', () => {
  test('points at the line and column of the original file', () => {
    const stack = elsewhere(
      'main.mjs',
      '(() => { try { value.fails(); } catch (error) { return error.stack; } })()',
    ) as string;
    expect(stack.split('\n')[1]).toMatch(/at .*fails \(file:.*\/programs\/main\.mjs:22:30\)/);
  });

  test('points there from nested functions too', () => {
    const stack = elsewhere(
      'main.mjs',
      '(() => { try { value.nested()(); } catch (error) { return error.stack; } })()',
    ) as string;
    expect(stack.split('\n')[2]).toMatch(/main\.mjs:26:\d+/);
  });
});

describe('functions of another realm', () => {
  test('of a worker thread', () => {
    expect(elsewhere('worker.mjs', '[value.inc(), value.get(), value.f()]')).toEqual([2, 2, 4]);
  });

  test('of a context of node:vm', () => {
    expect(
      elsewhere('realm.mjs', '[value.inc(), value.get(), value.a.hi(), value.f(), value.map === Array.prototype.map]'),
    ).toEqual([2, 2, 2, 2, true]);
  });
});
