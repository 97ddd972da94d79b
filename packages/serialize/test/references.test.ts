import { execFileSync } from 'node:child_process';
import { resolve4, resolve6 } from 'node:dns';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deserialize, serialize } from '@mp/serialize';
import type { Reference } from '../dist/model/ports.js';
import { References } from '../dist/references/port.js';
// @ts-expect-error a plain script without types
import { increment, Plain } from '../test/fixtures/modules/counter.mjs';
// @ts-expect-error a plain script without types
import { state } from '../test/fixtures/modules/symbols.mjs';

const read = (bytes: Uint8Array): unknown => deserialize(bytes, { trustCode: true });

describe('the rule for functions of modules', () => {
  test('an export goes by reference', () => {
    expect(read(serialize(increment))).toBe(increment);
  });

  test('an export goes by value where a pattern says so', () => {
    const references = { byValue: [/fixtures\/modules\//] };
    const copy = read(serialize(increment, { references })) as () => number;
    expect(copy).not.toBe(increment);
    const before = increment();
    expect(copy()).toBe(before);
  });

  test('an exported symbol goes by reference, which needs trust as any code does', () => {
    const bytes = serialize({ [state]: 1 });
    expect((read(bytes) as Record<symbol, number>)[state]).toBe(1);
    expect(() => deserialize(bytes)).toThrow(expect.objectContaining({ code: 'MP_UNTRUSTED' }));
  });

  test('a symbol that no module exports is data', () => {
    const [[key, value]] = Object.getOwnPropertySymbols(deserialize(serialize({ [Symbol('own')]: 1 }))).map(
      (symbol) => [symbol.description, symbol] as const,
    ) as [readonly [string, symbol]];
    expect([key, typeof value]).toEqual(['own', 'symbol']);
  });

  test('the value is small where code need not travel', () => {
    expect(serialize(Plain).length).toBeLessThan(300);
  });

  test('a module that does not exist here is named in the error', () => {
    const missing = { meta: ['m', 'file:///nowhere/at-all.mjs', 'f'] };
    expect(() => new References().resolve(missing)).toThrow(/file:\/\/\/nowhere\/at-all\.mjs › f/);
  });
});

describe('every intrinsic of the realm is found by name', () => {
  test.each([
    ['a method', Array.prototype.flatMap],
    ['a class without a name', Object.getPrototypeOf(Uint8Array) as object],
    ['a prototype without a name', Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())) as object],
    ['the getter of an accessor', Object.getOwnPropertyDescriptor(RegExp.prototype, 'flags')?.get as object],
    ['the global object', globalThis],
    ['a member of a built-in module', process.getBuiltinModule('node:path').posix.join],
    ['the class of a lazily loaded global', AbortController],
  ] as [string, object][])('%s', (_, value) => {
    const references = new References();
    const found = references.find(value);
    expect(found).toBeDefined();
    expect(references.resolve(found as Reference)).toBe(value);
  });
});

describe('an intrinsic that is slow to make', () => {
  const segments = Object.getPrototypeOf(new Intl.Segmenter().segment('')) as { containing(): void };

  test.each([
    ['the prototype', segments],
    ['its method', segments.containing],
    ['its iterator', Reflect.get(segments, Symbol.iterator) as object],
  ])('is found by name: %s', (_, value) => {
    expect(read(serialize(value))).toBe(value);
  });

  test('is not what another object with its mark is', () => {
    expect(read(serialize({ containing: 1 }))).toEqual({ containing: 1 });
  });
});

describe('a class that a package keeps to itself', () => {
  test('is the class of the package on the other side, so that the package knows its instances', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mp-package-'));
    try {
      const path = join(folder, 'node_modules', 'boxes', 'index.cjs');
      mkdirSync(join(path, '..'), { recursive: true });
      writeFileSync(
        path,
        `class Box { constructor(x) { this.x = x; } }
         exports.make = (x) => new Box(x);
         exports.open = (box) => { if (!(box instanceof Box)) throw new TypeError('no box'); return box.x; };`,
      );
      const boxes = createRequire(path)(path) as { make(x: number): object };
      const bytes = Buffer.from(serialize(boxes.make(7))).toString('base64');
      const program = `
        import { deserialize } from ${JSON.stringify(import.meta.resolve('@mp/serialize'))};
        import { createRequire } from 'node:module';
        const box = deserialize(Buffer.from(process.argv[1], 'base64'), { trustCode: true });
        process.stdout.write(String(createRequire(import.meta.url)(${JSON.stringify(path)}).open(box)));`;
      const output = execFileSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', program, bytes], {
        cwd: fileURLToPath(new URL('.', import.meta.url)),
        encoding: 'utf8',
      });
      expect(output).toBe('7');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('what a program puts in the place of something built in', () => {
  const fixture = fileURLToPath(new URL('../test/fixtures/replaced-built-ins.mjs', import.meta.url));
  const packed = JSON.parse(execFileSync(process.execPath, [fixture], { encoding: 'utf8' })) as Record<string, string>;
  const restored = (name: string): unknown => read(Buffer.from(packed[name] as string, 'base64'));

  test.each<readonly [name: string, (copy: never) => void]>([
    ['a member of a built-in module', (copy: (file: string) => string) => expect(copy('/a/b')).toBe('own /a/b')],
    ['a bound function', (copy: typeof console.log) => expect(copy).not.toBe(console.log)],
    ['a method bound to something else', (copy: unknown) => expect(copy).not.toBe(resolve6)],
    ['a bound function of the program', (copy: () => string) => expect(copy()).toBe('own')],
    ['a method of a prototype', (copy: () => unknown) => expect(copy.call([1])).toEqual(['own', 1])],
    ['a global function', (copy: (value: number) => unknown) => expect(copy(1)).toEqual(['own', 1])],
    ['a proxy', (copy: (a: string) => unknown) => expect(copy('a')).toEqual(['own', 'a'])],
    ['a global class', (Copy: typeof URL) => expect(new Copy('http://a/')).toHaveProperty('own', 'own a')],
  ])('%s arrives as what the program put there', (name, check) => check(restored(name) as never));

  test.each<readonly [name: string, built: unknown]>([
    ['the class that was replaced', URL],
    ['a function that is its own still', posix.dirname],
    ['a bound function that is its own still', console.warn],
    ['what the runtime has bound', posix.format],
    ['what the runtime has bound of a method with a name', resolve4],
  ])('%s is the built-in one', (name, built) => expect(restored(name)).toBe(built));
});
