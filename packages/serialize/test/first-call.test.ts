import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deserialize } from '@mp/serialize';

interface FirstCall {
  readonly bytes: string;
  readonly commands: readonly string[];
  /** How many objects were asked for their keys. */
  readonly listed: number;
}

const FIXTURE = fileURLToPath(new URL('../test/fixtures/first-call/main.mjs', import.meta.url));
const FIXTURES = new URL('../test/fixtures/first-call/', import.meta.url).href;

function firstCall(name: string): FirstCall {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', FIXTURE, name], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as FirstCall;
}

type Check = (restored: never) => void;

// What is done with a copy, and where an error in it would be said to stand.
const functions: Readonly<Record<string, Check>> = {
  pure: (copy: (a: number, b: number) => number) => expect(copy(6, 7)).toBe(42),
  closure: (copy: () => string) => expect([copy(), copy()]).toEqual(['3 kg', '4 kg']),
  class: (Copy: new () => { name: string }) => expect(new Copy().name).toBe('kg'),
  'export of a module': (copy: (x: number) => number) => expect(copy(2)).toBe(4),
  'closure of a module': (copy: (x: number) => number) => expect(copy(2)).toBe(6),
  'export of a CommonJS module': (copy: (x: number) => number) => expect(copy(2)).toBe(1),
  'closure of a CommonJS module': (copy: (x: number) => number) => expect(copy(6)).toBe(2),
};

describe('the first function that a process serializes', () => {
  test.each(Object.entries(functions))('%s: V8 need not hash the text of every script', (name, check) => {
    const { bytes, commands } = firstCall(name);
    expect(commands).not.toContain('Debugger.enable');
    expect(commands.length).toBeGreaterThan(0);
    check(deserialize(Buffer.from(bytes, 'base64'), { trustCode: true }) as never);
  });

  test('an export goes by reference, and what a module keeps to itself with its text', async () => {
    const module = (await import(`${FIXTURES}exported.mjs`)) as { double: unknown };
    const restore = (name: string): unknown =>
      deserialize(Buffer.from(firstCall(name).bytes, 'base64'), { trustCode: true });
    expect(restore('export of a module')).toBe(module.double);
    expect(Buffer.from(firstCall('export of a module').bytes, 'base64').includes('x * 2')).toBe(false);
    expect(Buffer.from(firstCall('closure of a module').bytes, 'base64').includes('x * factor')).toBe(true);
  });

  test.each(Object.keys(functions).filter((name) => name !== 'class' && !name.startsWith('export')))(
    '%s: what is built in is not listed for a function of the program',
    (name) => {
      expect(firstCall(name).listed).toBeLessThan(50);
    },
  );

  test.each([
    ['built in', setTimeout],
    ['of a built-in module', basename],
  ])('a function of the runtime, %s, goes by its name', (name, original) => {
    expect(deserialize(Buffer.from(firstCall(name).bytes, 'base64'), { trustCode: true })).toBe(original);
  });

  test('a function that the program put in a built-in place goes by value', () => {
    const copy = deserialize(Buffer.from(firstCall('replaced').bytes, 'base64'), { trustCode: true });
    expect((copy as (...args: unknown[]) => number)(1, 2)).toBe(2);
  });
});
