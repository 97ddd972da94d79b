import { analyse, type CodeFacts } from '../../dist/analyze/facts.js';

/** The names that a text leaves free; those that it assigns end in `=`. */
function free(text: string): string {
  return [...analyse(text).free.values()]
    .map(({ name, assigned }) => (assigned ? `${name}=` : name))
    .sort()
    .join(' ');
}

describe('free names', () => {
  test.each([
    // Declarations and hoisting
    ['() => a', 'a'],
    ['() => { var a; return a; }', ''],
    ['() => { return a; var a; }', ''],
    ['() => { if (x) { var a; } return a; }', 'x'],
    ['() => { for (var i = 0, n = k; i < n; i++); return i; }', 'k'],
    ['() => { for (let i of list) i; return i; }', 'i list'],
    ['() => { for (const i in o) { var v = i; } return v; }', 'o'],
    ['() => { { let a; } return a; }', 'a'],
    ['() => { { var a; } return a; }', ''],
    ['() => { return f(); function f() {} }', ''],
    ['() => { const a = a; }', ''],
    ['() => { let a = b, b; }', ''],
    ['() => { try { a; } catch (e) { e; } e; }', 'a e'],
    ['() => { try {} catch ({ code, ...rest }) { code; rest; } }', ''],
    ['() => { try {} catch { e; } }', 'e'],
    ['() => { try {} catch (e) { var e = 1; } return e; }', ''],
    ['() => { switch (a) { case b: let c; default: c; } c; }', 'a b c'],
    ['() => { label: for (;;) { break label; } }', ''],
    ['() => { label: { continue_: break label; } return label; }', 'label'],
    ['() => { class A { m() { return A; } } return A; }', ''],
    ['() => { A; { class A {} } }', 'A'],
    ['() => { with (o) { a; } }', 'a o'],
    ['() => { using_(); }', 'using_'],
    // Functions in blocks (B.3.2)
    ['() => { { function f() {} } return f; }', ''],
    ['() => { "use strict"; { function f() {} } return f; }', 'f'],
    ['() => { { async function f() {} } return f; }', 'f'],
    ['() => { { function* f() {} } return f; }', 'f'],
    ['() => { let f; { { function f() {} } } return f; }', ''],
    ['() => { { let f; { function f() {} } } return f; }', 'f'],
    ['() => { if (x) function f() {} return f; }', 'x'],
    ['() => { switch (1) { case 1: function f() {} } return f; }', ''],
    ['() => { try {} catch (f) { { function f() {} } } return f; }', ''],
    ['() => { try {} catch ([f]) { { function f() {} } } return f; }', 'f'],
    ['() => { l: function f() {} return f; }', ''],
    // Parameters
    ['(a, { b, c: [d] = e, ...f }, ...g) => [a, b, d, f, g]', 'e'],
    ['(a = b, b) => a', ''],
    ['(a = x) => { var x; return a; }', 'x'],
    ['(a = () => x) => { var x; return a; }', 'x'],
    ['(a = x) => { let x; }', 'x'],
    ['(a) => { var a; return a; }', ''],
    ['({ [k]: v }) => v', 'k'],
    ['(a = function () { return y; }) => { var y; }', 'y'],
    ['async ({ a = await_ }) => a', 'await_'],
    // Own names
    ['function f() { return f; }', ''],
    ['function f(f) { return f; }', ''],
    ['(function () { return f; })'.slice(1, -1), 'f'],
    ['class A { m() { return A; } }', ''],
    ['class A extends B { [c] = d; static e = f; static { g; var h; h; } }', 'B c d f g'],
    ['class { x = this.y; z = arguments_; }', 'arguments_'],
    ['class A extends A {}', ''],
    // Uses that are none
    ['() => ({ a: b, c, [d]: e })', 'b c d e'],
    ['() => o.p.q', 'o'],
    ['() => o[p]', 'o p'],
    ['() => ({ m() { return n; }, get g() { return h; } })', 'h n'],
    ['() => { a: b; }', 'b'],
    ['() => typeof a', 'a'],
    ['() => `${a}${`${b}`}`', 'a b'],
    ['() => tag`${a}`', 'a tag'],
    ['() => a?.b?.[c]?.(d)', 'a c d'],
    ['() => ({ ...a, b: [...c] })', 'a c'],
    ['() => /a/.test(b)', 'b'],
    ['() => import("x", { with: o })', 'o'],
    ['() => import.meta.url', ''],
    // arguments
    ['() => arguments', 'arguments'],
    ['function () { return () => arguments; }', ''],
    ['() => function () { return arguments; }', ''],
    ['() => { var arguments; return arguments; }', ''],
    ['m() { return arguments; }', ''],
    // Assignment
    ['() => { a = b; }', 'a= b'],
    ['() => a++', 'a='],
    ['() => { a.b = c; }', 'a c'],
    ['() => { [a, { b, c: d, [e]: f = g }, ...h] = i; }', 'a= b= d= e f= g h= i'],
    ['() => { ({ a = b } = c); }', 'a= b c'],
    ['() => { for (a of b); for (c.d in e); }', 'a= b c e'],
    ['() => { a ||= b; c **= 2; }', 'a= b c='],
    ['() => { let a; a = 1; { let a; a = 2; } }', ''],
    ['() => () => { x = 1; }', 'x='],
    ['() => { delete a.b; }', 'a'],
  ] as [string, string][])('%s', (text, names) => {
    expect(free(text)).toBe(names);
  });
});

describe('kinds', () => {
  const kindOf = (text: string, isMethod = false): string => {
    const { kind, async, generator, form } = analyse(text, isMethod);
    return [async && 'async', generator && 'generator', kind, form].filter(Boolean).join(' ');
  };

  test.each([
    ['x => x', 'arrow expression'],
    ['async x => x', 'async arrow expression'],
    ['function () {}', 'function expression'],
    ['function* () {}', 'generator function expression'],
    ['async function* f() {}', 'async generator function expression'],
    ['class {}', 'class expression'],
    ['m() {}', 'method member'],
    ['async m() {}', 'async method member'],
    ['*m() {}', 'generator method member'],
    ['async *[Symbol.x]() {}', 'async generator method member'],
    ['"a b"() {}', 'method member'],
    ['1.5() {}', 'method member'],
    ['[a + b]() {}', 'method member'],
    ['get x() { return 1; }', 'getter member'],
    ['set x(v) {}', 'setter member'],
    ['get() {}', 'method member'],
    ['set() {}', 'method member'],
    ['async() {}', 'method member'],
    ['static() {}', 'method member'],
    ['class() {}', 'method member'],
    ['#m() {}', 'method member'],
    ['get #x() { return 1; }', 'getter member'],
    ['() => super.x', 'arrow expression'],
    ['() => super()', 'arrow expression'],
    ['() => new.target', 'arrow expression'],
    ['(o) => #x in o', 'arrow expression'],
    ['(a) => a // comment', 'arrow expression'],
  ])('%s', (text, kind) => {
    expect(kindOf(text)).toBe(kind);
  });

  test('a method that is called function is told by who knows', () => {
    expect(kindOf('function() {}', true)).toBe('method member');
  });

  test.each(['function parseInt() { [native code] }', '', '1 + 1', 'a: 1', '() => {}, 1', '}) ; ({', 'x'])(
    'refuses %p, which is no function',
    (text) => {
      expect(() => analyse(text)).toThrow(SyntaxError);
    },
  );
});

describe('what code takes from around it besides names', () => {
  const takes = (text: string): string => {
    const facts = analyse(text);
    const found: [string, boolean][] = [
      ['this', facts.outerThis.length > 0],
      ['new.target', facts.outerNewTarget.length > 0],
      ['super', facts.outerSuper.length > 0],
      ['super()', facts.callsOuterSuper],
      ['own super', facts.usesSuper],
      ['eval', facts.hasDirectEval],
      ['import.meta', facts.importMeta.length > 0],
      ['import()', facts.dynamicImports.length > 0],
      ...[...facts.freePrivateNames].map((name): [string, boolean] => [`#${name}`, true]),
    ];
    return found.flatMap(([name, is]) => (is ? [name] : [])).join(' ');
  };

  test.each([
    ['() => this', 'this'],
    ['() => ({ m() { return super.m(); } })', ''],
    ['function f() { return { m() { return super.m(); } }; }', ''],
    ['() => () => this.x', 'this'],
    ['() => function () { return this; }', ''],
    ['() => ({ m() { return this; } })', ''],
    ['() => class { x = this; static { this; } }', ''],
    ['() => class extends this.B { [this.k]() {} }', 'this'],
    ['(a = this) => a', 'this'],
    ['function () { return () => this; }', ''],
    ['() => new.target', 'new.target'],
    ['() => function () { return new.target; }', ''],
    ['() => super.m()', 'super'],
    ['() => super(1)', 'super()'],
    ['m() { return super.m(); }', 'own super'],
    ['m() { return () => super.m(); }', 'own super'],
    ['m() { return { n() { return super.n(); } }; }', ''],
    ['class extends A { m() { return super.m(); } }', ''],
    ['(s) => eval(s)', 'eval'],
    ['(s) => (0, eval)(s)', ''],
    ['(s) => eval?.(s)', ''],
    ['(s) => o.eval(s)', ''],
    ['() => import.meta.url', 'import.meta'],
    ['() => import("x")', 'import()'],
    ['() => this.#x', 'this #x'],
    ['(o) => #x in o', '#x'],
    ['class { #x; m(o) { return o.#x + o.#y; } }', '#y'],
    ['class { #x; m() { return class { n(o) { return o.#x; } }; } }', ''],
  ])('%s', (text, expected) => {
    expect(takes(text)).toBe(expected);
  });
});

describe('strictness', () => {
  test.each([
    ['function () { "use strict"; }', true],
    ["function () { 'a'; 'use strict'; }", true],
    ['function () { f("use strict"); }', false],
    ['() => { "use strict" }', true],
    ['class {}', true],
    ['() => "use strict"', false],
  ])('%s says so itself: %p', (text, strict) => {
    expect(analyse(text).strict).toBe(strict);
  });

  test.each([
    ['(a, b) => a + b', false],
    ['(o) => o.x', false],
    ['(o) => { o.x = 1; }', true],
    ['function () { return this; }', true],
    ['() => arguments', true],
    ['() => { delete o.x; }', true],
    ['(s) => eval(s)', true],
    ['() => 010', true],
    ['class { m(o) { o.x = this; } }', false],
    ['() => { "use strict"; x = 1; }', false],
  ])('%s depends on the mode: %p', (text, sensitive) => {
    expect(analyse(text).modeSensitive).toBe(sensitive);
  });
});

describe('names and lengths', () => {
  const described = (text: string): [string | undefined, number] => {
    const { textName, length }: CodeFacts = analyse(text);
    return [textName, length];
  };

  test.each([
    ['function f(a, b = 1, c) {}', 'f', 1],
    ['(...a) => a', undefined, 0],
    ['m(a, b) {}', 'm', 2],
    ['get x() { return 1; }', 'get x', 0],
    ['"a b"(x) {}', 'a b', 1],
    ['[k](x) {}', undefined, 1],
    ['class A { constructor(a, b) {} }', 'A', 2],
    ['class extends A {}', undefined, 0],
  ])('%s', (text, name, length) => {
    expect(described(text)).toEqual([name, length]);
  });
});

describe('class elements', () => {
  test('are listed with their keys and texts', () => {
    const text =
      'class A extends B { static /* s */ m(a) { 1 } get [Symbol.iterator]() {} [k]() {} #p = 1; static #q; static { x } "s t" = 2 }';
    const facts = analyse(text).classFacts;
    expect(facts?.heritageNames).toEqual(['B']);
    expect(
      facts?.elements.map(({ kind, isStatic, key, textStart, span }) => [
        kind,
        isStatic,
        key.kind,
        'name' in key ? key.name : '',
        text.slice(textStart, span.end),
      ]),
    ).toEqual([
      ['method', true, 'name', 'm', 'm(a) { 1 }'],
      ['getter', false, 'well-known', 'iterator', 'get [Symbol.iterator]() {}'],
      ['method', false, 'computed', '', '[k]() {}'],
      ['field', false, 'private', 'p', '#p = 1;'],
      ['field', true, 'private', 'q', '#q;'],
      ['static-block', true, 'computed', '', 'static { x }'],
      ['field', false, 'name', 's t', '"s t" = 2'],
    ]);
  });
});
