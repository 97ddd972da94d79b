import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runInNewContext, runInThisContext } from 'node:vm';
import { clone, serialize } from '@mp/serialize';

// The prototype of a built-in object can be replaced. What it holds inside is then seen by nobody, and is there.

const makers: Record<string, readonly [make: () => object, read: (value: object) => unknown]> = {
  WeakRef: [() => new WeakRef(kept), (ref) => typeof WeakRef.prototype.deref.call(ref as WeakRef<object>)],
  URL: [() => new URL('http://host/path?a=1'), (url) => get(URL.prototype, 'href', url)],
  URLSearchParams: [() => new URLSearchParams('a=1'), (params) => URLSearchParams.prototype.toString.call(params)],
  TextDecoder: [() => new TextDecoder('utf-16le'), (decoder) => get(TextDecoder.prototype, 'encoding', decoder)],
  'Intl.NumberFormat': [
    () => new Intl.NumberFormat('de', { style: 'percent' }),
    (format) => Intl.NumberFormat.prototype.resolvedOptions.call(format as Intl.NumberFormat),
  ],
  'Intl.Collator': [
    () => new Intl.Collator('sv'),
    (collator) => Intl.Collator.prototype.resolvedOptions.call(collator as Intl.Collator),
  ],
  'Intl.Locale': [() => new Intl.Locale('de-AT'), (locale) => Intl.Locale.prototype.toString.call(locale)],
  'an iterator of an array': [() => [1, 2].values(), (it) => rest([].values(), it)],
  'an iterator of a string': [() => 'ab'[Symbol.iterator](), (it) => rest(''[Symbol.iterator](), it)],
  DOMException: [() => new DOMException('text', 'AbortError'), (error) => get(DOMException.prototype, 'name', error)],
};

const refused: Record<string, () => object> = {
  FinalizationRegistry: () => new FinalizationRegistry(() => {}),
  FormData: () => new FormData(),
  Response: () => new Response(null),
  EventTarget: () => new EventTarget(),
  AbortController: () => new AbortController(),
  'the segments of a text': () => new Intl.Segmenter().segment('a b'),
  'WebAssembly.Module': () =>
    runInThisContext('new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))') as object,
  'WebAssembly.Memory': () => runInThisContext('new WebAssembly.Memory({ initial: 1 })') as object,
};

const kept = {};
const prototypes: Record<string, () => object | null> = {
  Object: () => Object.prototype,
  'no prototype': () => null,
  'the prototype of another built-in class': () => Map.prototype,
  'an object of one’s own': () => ({ own: true }),
};

function get(prototype: object, key: string, value: object): unknown {
  return Object.getOwnPropertyDescriptor(prototype, key)!.get!.call(value);
}

function rest(sample: Iterator<unknown>, iterator: object): unknown {
  const { next } = Object.getPrototypeOf(sample) as Iterator<unknown>;
  return [next.call(iterator), next.call(iterator), next.call(iterator)];
}

function under(prototype: string, value: object): object {
  return Object.setPrototypeOf(value, prototypes[prototype]!()) as object;
}

const pairs = (names: object): [string, string][] =>
  Object.keys(names).flatMap((name) => Object.keys(prototypes).map((prototype): [string, string] => [name, prototype]));

describe('a built-in object under another prototype', () => {
  test.each(pairs(makers))('%s under %s arrives with what it holds', (name, prototype) => {
    const [make, read] = makers[name]!;
    const value = under(prototype, make());
    const copy = (clone([{}, value, kept]) as object[])[1]!;
    expect(read(copy)).toEqual(read(value));
    const own = Object.getPrototypeOf(value) as object | null;
    if (own === null || own === Object.prototype) expect(Object.getPrototypeOf(copy)).toBe(own);
  });

  test.each(pairs(refused))('%s under %s is refused', (name, prototype) => {
    expect(() => serialize({ it: under(prototype, refused[name]!()) })).toThrow(
      /^value\.it cannot be serialized: it is/,
    );
  });

  test('is found among many that are plain', () => {
    const rows: object[] = Array.from({ length: 3000 }, (_, i) => ({ row: i }));
    rows[1500] = under('Object', new URL('http://host/'));
    expect(get(URL.prototype, 'href', (clone(rows) as object[])[1500]!)).toBe('http://host/');
    rows[1500] = Object.assign(under('Object', new URL('http://host/')), { row: 1500 });
    expect(get(URL.prototype, 'href', (clone(rows) as object[])[1500]!)).toBe('http://host/');
  });

  test('is found by a hidden class of its own, in the next value, too', () => {
    for (let i = 0; i < 3; i++) {
      const value = [{ row: 1 }, Object.assign(under('Object', new URL('http://host/')), { row: 2 })];
      expect(get(URL.prototype, 'href', (clone(value) as object[])[1]!)).toBe('http://host/');
    }
  });
});

describe('an ordinary object whose class has the name of a built-in one', () => {
  test('is the program’s, also where its prototype names no constructor', () => {
    const found = runInNewContext(`
      function Module(id) { this.id = id; }
      Module.prototype = { run() { return this.id; } };
      function Request(url) { this.url = url; }
      Request.prototype = Object.create({ send() { return this.url; } });
      class URL { constructor() { this.href = 'mine'; } }
      const url = new URL();
      Object.setPrototypeOf(url, { isMine: true });
      [new Module(7), new Request('a'), url]`) as [
      { run(): number },
      { send(): string },
      { href: string; isMine: boolean },
    ];
    const [module, request, url] = clone(found) as typeof found;
    expect([module.run(), request.send(), url.href, url.isMine]).toEqual([7, 'a', 'mine', true]);
  });

  test('is looked at although the program prepares its own stack traces, which are left as they were', () => {
    const { prepareStackTrace, stackTraceLimit } = Error;
    let prepared = 0;
    Error.prepareStackTrace = () => ++prepared;
    try {
      expect(get(URL.prototype, 'href', clone(under('Object', new URL('http://host/'))) as object)).toBe(
        'http://host/',
      );
      expect([prepared, Error.stackTraceLimit]).toEqual([0, stackTraceLimit]);
    } finally {
      Error.prepareStackTrace = prepareStackTrace;
    }
  });

  test('is left alone where `Error` is frozen, which nothing but stack traces notices', () => {
    const program = fileURLToPath(new URL('../test/fixtures/programs/frozen-error.mjs', import.meta.url));
    expect(execFileSync(process.execPath, ['--no-warnings', program], { encoding: 'utf8' })).toBe(
      '{"a":{},"b":[{"c":1}]} Error: text false\n',
    );
  });
});
