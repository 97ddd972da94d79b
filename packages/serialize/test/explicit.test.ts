import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { capture, deserialize, freeVariables, serialize, sourceOf } from '@mp/serialize';

function copy<T>(value: T): T {
  return deserialize(serialize(value), { trustCode: true }) as T;
}

describe('capture', () => {
  test('gives a function the stated variables instead of those around it', () => {
    const k = 1;
    expect(copy(capture(() => k, { k: 5 }))()).toBe(5);
  });

  test('reads the values when the function is serialized', () => {
    const k = 0;
    const variables = { k: 1 };
    const f = capture(() => k, variables);
    variables.k = 2;
    expect(copy(f)()).toBe(2);
  });

  test('lets functions that were given one object share it', () => {
    let n = 0;
    const scope = { n };
    const { inc, get } = copy({ inc: capture(() => ++n, scope), get: capture(() => n, scope) });
    inc();
    expect(get()).toBe(1);
  });

  test('keeps functions apart that were given two objects', () => {
    let n = 0;
    const { inc, get } = copy({ inc: capture(() => ++n, { n }), get: capture(() => n, { n }) });
    inc();
    expect(get()).toBe(0);
  });

  test('refuses a function of which a variable was not stated, and names it', () => {
    const k = 1;
    expect(() => serialize({ f: capture(() => k, {}) })).toThrow(/value\.f.*uses k/s);
  });

  test('works without an inspector, where other closures are refused', () => {
    const program = (name: string): string =>
      fileURLToPath(new URL(`../test/fixtures/programs/${name}`, import.meta.url));
    const permission = process.version < 'v23' ? '--experimental-permission' : '--permission';
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--no-warnings', permission, '--allow-fs-read=*', program('restricted.mjs')],
      { encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    const expression = '[value.times(2), value.pure(1, 2), value.inc(), value.get(), value.arrow(), value.refused]';
    const use = spawnSync(process.execPath, ['--no-warnings', program('use.mjs')], {
      input: JSON.stringify({ text: stdout, expression }),
      encoding: 'utf8',
    });
    expect(JSON.parse(use.stdout)).toEqual([6, 3, 1, 1, 7, ['MP_UNSUPPORTED', true]]);
  });
});

describe('freeVariables', () => {
  test('lists what a function uses, and what of it is captured', () => {
    const limit = 10;
    let sum = 0;
    expect(sum).toBe(0);
    const found = freeVariables((x: number) => {
      sum += Math.min(x, limit);
    });
    expect(found.map(({ name, isCaptured, value, isAssigned }) => [name, isCaptured, value, isAssigned])).toEqual([
      ['sum', true, 0, true],
      ['Math', false, undefined, false],
      ['limit', true, 10, false],
    ]);
  });
});

describe('sourceOf', () => {
  test('gives the text and the place of a function', () => {
    const found = sourceOf((x: number) => x);
    expect(found.text).toBe('(x) => x');
    expect(found.url).toBe(import.meta.url);
  });

  test('gives the original text of a class that had to be changed to travel', () => {
    class A {
      static n = 1;
      #x = 2;
      get() {
        return this.#x;
      }
    }
    const text = String(A);
    const B = copy(A);
    expect(sourceOf(B).text).toBe(text);
  });
});
