import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { clone, deserialize, serialize } from '@mp/serialize';

// Iterators half way through arrays and strings. Their place is a number in a slot that nothing but the memory of the process shows.

const trusted = { trustCode: true };

function advanced<T extends Iterator<unknown>>(iterator: T, steps: number): T {
  for (let left = steps; left > 0; left--) iterator.next();
  return iterator;
}

type Resizable = ArrayBuffer & { resize(byteLength: number): void };

/** How iterators of anything are made. */
const { values, keys, entries } = Array.prototype;

describe('an iterator half way through an array', () => {
  test.each([
    ['values', (a: number[]) => a.values(), [2, 3]],
    ['keys', (a: number[]) => a.keys(), [1, 2]],
    [
      'entries',
      (a: number[]) => a.entries(),
      [
        [1, 2],
        [2, 3],
      ],
    ],
    ['Symbol.iterator', (a: number[]) => a[Symbol.iterator](), [2, 3]],
  ] as const)('%s goes on where it was', (_, make, rest) => {
    expect([...clone(advanced(make([1, 2, 3]), 1) as Iterable<unknown>)]).toEqual(rest);
  });

  test.each([0, 1, 2, 3, 4, 100])(
    'it arrives %i elements from the beginning, and the original stays there',
    (steps) => {
      const original = Array.from({ length: 100 }, (_, i) => i);
      const iterator = advanced(original.values(), steps);
      expect([...clone(iterator)]).toEqual(original.slice(steps));
      expect([...iterator]).toEqual(original.slice(steps));
    },
  );

  test('it follows its array, which arrives beside it', () => {
    const array = [1, 2, 3];
    const copy = clone({ it: advanced(array.values(), 1), array });
    copy.array[1] = 20;
    copy.array.push(4);
    expect([...copy.it]).toEqual([20, 3, 4]);
  });

  test('it is held by its array', () => {
    const array: unknown[] = [1];
    const iterator = advanced(array.values(), 1);
    array.push(iterator);
    const copy = clone(iterator);
    expect(copy.next().value).toBe(copy);
  });

  test('several share an array, and each keeps its place', () => {
    const array = [1, 2, 3, 4];
    const [first, second, copy] = clone([advanced(array.values(), 1), advanced(array.keys(), 3), array]) as [
      Iterable<number>,
      Iterable<number>,
      number[],
    ];
    copy.length = 5;
    expect([...first]).toEqual([2, 3, 4, undefined]);
    expect([...second]).toEqual([3, 4]);
  });

  test('one lies in the array of another', () => {
    const inner = advanced([1, 2, 3].values(), 2);
    const copy = clone(advanced([0, inner].values(), 1));
    expect([...(copy.next().value as Iterable<number>)]).toEqual([3]);
  });

  test('finished it stays finished, although its array grows', () => {
    const array = [1];
    const copy = clone({ it: advanced(array.values(), 2), array });
    copy.array.push(2, 3);
    expect([...copy.it]).toEqual([]);
  });

  test('it stands behind the end of an array that was shortened, and goes on when that grows again', () => {
    const array = [1, 2, 3, 4];
    const it = advanced(array.values(), 3);
    array.length = 1;
    const copy = clone({ array, it });
    expect(copy.array).toEqual([1]);
    copy.array.push(5, 6, 7, 8);
    expect([...copy.it]).toEqual([7, 8]);
  });

  test('of an array that is frozen, has holes, or has no prototype', () => {
    const frozen = clone({ a: Object.freeze([1, 2]), it: advanced(Object.freeze([1, 2]).values(), 1) });
    expect([Object.isFrozen(frozen.a), ...frozen.it]).toEqual([true, 2]);
    // biome-ignore lint/suspicious/noSparseArray: holes are what this is about
    expect([...clone(advanced([1, , 3].values(), 1))]).toEqual([undefined, 3]);
    const bare = Object.setPrototypeOf([1, 2], null) as number[];
    expect([...clone(advanced(values.call(bare), 1), trusted)]).toEqual([2]);
  });

  test('of a subclass of Array', () => {
    class List extends Array<number> {}
    const list = List.of(1, 2, 3);
    const copy = clone({ it: advanced(list.values(), 1), list }, trusted);
    expect(copy.list).toBeInstanceOf(List);
    expect([...copy.it]).toEqual([2, 3]);
  });

  test('its own properties and another prototype arrive with it', () => {
    const iterator = Object.assign(advanced([1, 2].values(), 1), { own: 1 });
    expect(clone(iterator)).toHaveProperty('own', 1);
    const other = clone(Object.setPrototypeOf(iterator, { other: 2 }) as typeof iterator & { other: number }, trusted);
    expect([other.own, other.other]).toEqual([1, 2]);
    expect((Object.getPrototypeOf([].values()) as Iterator<unknown>).next.call(other)).toEqual({
      value: 2,
      done: false,
    });
  });

  test('captured by a function, together with its array', () => {
    const array = [1, 2, 3];
    const it = advanced(array.values(), 1);
    const copy = clone({ take: () => it.next().value, add: (x: number) => array.push(x) }, trusted);
    copy.add(4);
    expect([copy.take(), copy.take(), copy.take(), copy.take()]).toEqual([2, 3, 4, undefined]);
  });

  test('it is data: nothing has to be trusted', () => {
    expect([...(deserialize(serialize(advanced([1, 2].values(), 1))) as Iterable<number>)]).toEqual([2]);
  });

  test('without identity it arrives with an array of its own', () => {
    const array = [1, 2];
    const bytes = serialize({ array, it: advanced(array.values(), 1) }, { identity: false });
    expect([...(deserialize(bytes) as { it: Iterable<number> }).it]).toEqual([2]);
  });

  test('neither writing nor reading runs an accessor among its elements', () => {
    const array = [1, 2, 3];
    const at = { runs: 0 };
    Object.defineProperty(array, 0, { get: () => ++at.runs, configurable: true, enumerable: true });
    const it = advanced(array.values(), 1);
    at.runs = 0;
    const copy = clone({ array, at, it }, trusted);
    expect([at.runs, copy.at.runs]).toEqual([0, 0]);
    expect([...copy.it]).toEqual([2, 3]);
    expect([copy.array[0], copy.at.runs]).toEqual([1, 1]);
  });
});

describe('an iterator half way through something like an array', () => {
  test.each([
    ['a typed array', () => new Float64Array([1, 2, 3])],
    ['a view of a part of a buffer', () => new Uint16Array(new Uint16Array([0, 1, 2, 3, 4]).buffer, 2, 3)],
    ['a Buffer', () => Buffer.from([1, 2, 3])],
    ['an object with a length', () => ({ length: 3, 0: 1, 1: 2, 2: 3 })],
    [
      'arguments',
      () =>
        (
          function () {
            // biome-ignore lint/complexity/noArguments: the object itself is wanted
            return arguments;
          } as (...args: number[]) => object
        )(1, 2, 3),
    ],
  ] as const)('%s', (_, make) => {
    const owner = make() as Record<number, number>;
    const copy = clone({ it: advanced(values.call(owner), 1), alone: advanced(entries.call(make()), 2), owner });
    copy.owner[1] = 20;
    expect([...copy.it]).toEqual([20, 3]);
    expect([...copy.alone]).toEqual([[2, 3]]);
  });

  test('a view of a resizable buffer that is shorter now', () => {
    // The libraries know resizable buffers from ES2024 on.
    const buffer = Reflect.construct(ArrayBuffer, [8, { maxByteLength: 16 }]) as Resizable;
    const view = new Uint8Array(buffer);
    const it = advanced(view.values(), 6);
    buffer.resize(4);
    const copy = clone({ it, view });
    expect(copy.view.length).toBe(4);
    (copy.view.buffer as Resizable).resize(8);
    copy.view.set([1, 2, 3, 4, 5, 6, 7, 8]);
    expect([...copy.it]).toEqual([7, 8]);
  });

  test('a view with a length of its own that its buffer is too short for: it is refused, for it may go on', () => {
    const buffer = Reflect.construct(ArrayBuffer, [8, { maxByteLength: 8 }]) as Resizable;
    const it = advanced(new Uint8Array(buffer, 0, 8).values(), 3);
    buffer.resize(2);
    expect(() => serialize({ buffer, it })).toThrow(/cannot be serialized: it is out of bounds/);
    buffer.resize(8);
    expect([...clone({ buffer, it }).it]).toEqual([0, 0, 0, 0, 0]);
  });

  test('whose length is a getter: it does not run', () => {
    let runs = 0;
    const owner = {
      0: 'a',
      1: 'b',
      get length() {
        runs++;
        return 2;
      },
    };
    const it = advanced(values.call(owner), 1);
    runs = 0;
    const copy = clone({ it, owner }, trusted);
    expect(runs).toBe(0);
    expect([...copy.it]).toEqual(['b']);
    expect(Object.getOwnPropertyDescriptor(copy.owner, 'length')).toMatchObject({
      enumerable: true,
      configurable: true,
    });
  });

  test('a proxy: not begun it arrives, later it is refused', () => {
    const proxy = new Proxy([1, 2], {});
    const copy = clone({ proxy, it: values.call(proxy) }, trusted);
    expect([...copy.it]).toEqual([1, 2]);
    expect(() => serialize({ proxy, it: advanced(values.call(proxy), 1) })).toThrow(/computed as they are read/);
  });
});

describe('an iterator half way through a string', () => {
  const long = `${'x'.repeat(50)}é`.repeat(50);
  test.each([
    ['of one byte each', 'abc'],
    ['with surrogates', 'a\u{1f600}b\ud800'],
    ['concatenated', `${long}${String(Math.random())}ж`],
    ['a part of another', long.slice(40, 90)],
    ['from outside of the heap', Buffer.alloc(1_100_000, 'ab').toString('latin1')],
    ['from outside of the heap, of two bytes each', Buffer.alloc(2_200_000, 'ж', 'utf16le').toString('utf16le')],
    ['interned', Object.keys({ [`key${long}`]: 1 })[0] as string],
    ['empty', ''],
  ])('%s', (_, text) => {
    const all = [...text];
    for (const steps of [0, 1, 2, all.length + 1]) {
      const rest = [...clone(advanced(text[Symbol.iterator](), steps))].join('');
      expect(rest === all.slice(steps).join('')).toBe(true);
    }
  });
});

describe('an object that only looks like an iterator', () => {
  test.each([
    ['of an array', [].values()],
    ['of a string', ''[Symbol.iterator]()],
  ])('%s is refused', (_, iterator) => {
    const impostor = Object.create(Object.getPrototypeOf(iterator) as object) as object;
    expect(() => serialize({ impostor })).toThrow(
      /value\.impostor cannot be serialized: it (?:inherits from the iterators|is of the built-in class)/,
    );
  });
});

describe('where an iterator travels', () => {
  test('from a context of node:vm, beside its array', () => {
    const copy = clone(
      runInNewContext('const a = [1, 2, 3], it = a.values(); it.next(); ({ a, it })') as { it: Iterable<number> },
    );
    expect([...copy.it]).toEqual([2, 3]);
  });

  test('from a context of node:vm, without its array: it is refused, for the engine hands out objects of one realm alone', () => {
    const it = runInNewContext('const it = [1, 2, 3].values(); it.next(); it') as object;
    expect(() => serialize({ it })).toThrow(/^value\.it cannot be serialized: .* the array is not found in the heap/);
  });

  test('from a worker thread', async () => {
    const url = import.meta.resolve('@mp/serialize');
    const text = `
      import { parentPort } from 'node:worker_threads';
      import { serialize } from ${JSON.stringify(url)};
      const it = [1, 2, 3].values(), s = 'abc'[Symbol.iterator]();
      it.next(); s.next();
      parentPort.postMessage(serialize([it, s]));`;
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(text)}`));
    const bytes = await new Promise<Uint8Array>((resolve, reject) => worker.on('message', resolve).on('error', reject));
    await worker.terminate();
    expect((deserialize(bytes) as Iterable<unknown>[]).map((it) => [...it])).toEqual([
      [2, 3],
      ['b', 'c'],
    ]);
  });

  test('not where the memory may not be read: the error says so', () => {
    const script = `
      import('@mp/serialize').then(({ serialize }) => {
        const it = [1, 2].values(), s = 'ab'[Symbol.iterator]();
        for (const value of [{ it }, { s }]) try { serialize(value); } catch (error) { console.log(error.code, error.message); }
      });`;
    const [major] = process.versions.node.split('.');
    const permission = Number(major) < 22 ? '--experimental-permission' : '--permission';
    const root = fileURLToPath(new URL('../../../../', import.meta.url));
    const flags = [permission, `--allow-fs-read=${root}*`, ...(Number(major) < 24 ? [] : ['--allow-inspector'])];
    const out = execFileSync(process.execPath, ['--no-warnings', ...flags, '-e', script], {
      encoding: 'utf8',
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
    });
    expect(out).toMatch(/^MP_UNSUPPORTED value\.it cannot be serialized: .*proc\/self\/mem/m);
    expect(out).toMatch(/^MP_UNSUPPORTED value\.s cannot be serialized: .*proc\/self\/mem/m);
  });
});

describe('the state of an iterator is read exactly', () => {
  test('while the garbage collector is at work', () => {
    const array = Array.from({ length: 5000 }, (_, i) => i);
    const kept: unknown[] = [];
    for (let steps = 0; steps < 300; steps++) {
      const it = advanced(array.values(), steps * 3);
      // Young and old objects, and the collections that make the one the other.
      for (let i = 0; i < 200; i++) kept.push({ i, text: `${i}${steps}` });
      if (steps % 50 === 0) kept.length = 0;
      const copy = clone({ array, it });
      expect(copy.it.next().value).toBe(steps * 3);
    }
  });

  test('of many at once', () => {
    const iterators = Array.from({ length: 2000 }, (_, i) => advanced([i, i + 1, i + 2].values(), i % 3));
    const copies = clone(iterators);
    expect(copies.map((it) => it.next().value)).toEqual(iterators.map((it) => it.next().value));
  });
});

describe('bytes from a stranger', () => {
  test('cannot keep the process busy with an iterator far from its beginning', () => {
    const array: unknown[] = [];
    const it = keys.call(array);
    array.length = 2 ** 25 + 100_000;
    advanced(it, 2 ** 25 + 50_000);
    const bytes = serialize({ it, array });
    expect(bytes.byteLength).toBeLessThan(1000);
    expect(() => deserialize(bytes)).toThrow(/MP_LIMIT|too many for its size/);
    expect((deserialize(bytes, trusted) as { it: Iterator<number> }).it.next().value).toBe(2 ** 25 + 50_000);
  });
});
