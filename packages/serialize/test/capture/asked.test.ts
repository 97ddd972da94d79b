import { Script } from 'node:vm';
import { askAround } from '../../dist/capture/asked.js';
import { factsOf } from '../../dist/capture/code.js';
import { findInScript } from '../../dist/capture/source-info.js';
import { deserialize, serialize } from '../../dist/index.js';
import { readFunctions } from '../../dist/inspector/scopes.js';

type AnyFunction = (...args: never[]) => unknown;

const FUNCTIONS = `
  let variable = 1;
  const constant = 2;
  var old = 3;
  return {
    'assigns a let': () => { variable = 5; },
    'assigns a const': () => { constant = 5; },
    'assigns a var and a const': function () { old++; constant++; },
    'assigns a parameter of the function around it': ((parameter) => () => { parameter = 5; })(1),
    'assigns the variable of a catch': (() => { try { throw 1; } catch (caught) { return () => { caught = 5; }; } })(),
    'is a generator': function* () { variable = 7; },
    'is asynchronous': async () => { variable = 8; },
    'has calls in its parameters': (a = String(1)) => { variable = a; },
    METHODS
  };`;

/** What makes other code strict than the script: only where all of it is strict are arrows beside it known. */
const STRICT_PARTS = `
    'assigns the name of the class around it': new (class Named { arrow = () => { Named = 5; }; })().arrow,
    'is strict by its own words': function () { 'use strict'; variable = 6; },`;

// A comment makes any script large.
const make = (body: string, size: number, directive = ''): Record<string, AnyFunction> =>
  new Script(
    `/* one */ // two\n${directive}(function () {${body}\n/*${' '.repeat(size)}*/})()`,
  ).runInThisContext() as Record<string, AnyFunction>;

for (const [mode, directive, parts] of [
  ['sloppy', '', ''],
  ['strict', '"use strict";', STRICT_PARTS],
] as const) {
  const body = FUNCTIONS.replace('METHODS', parts);
  describe(`a function of a large ${mode} script`, () => {
    for (const name of Object.keys(make(body, 0))) {
      test(`that ${name} is known by looking into it as by reading the script`, () => {
        // A script of its own: one that was read already is not left unread.
        const fn = make(body, 300_000, directive)[name]!;
        const facts = factsOf(String(fn), false);
        const reading = readFunctions([fn])[0]!;
        const asked = askAround(fn, facts, reading);
        if (facts.runsBeforeBody) {
          expect(asked).toBeUndefined();
          return;
        }
        const found = findInScript(reading.location, facts.text)!;
        const assigned = [...facts.free.values()].filter((one) => one.assigned).map((one) => one.name);
        const isConstant = (one: string): boolean =>
          ['const', 'class-name'].includes(found.scope.lookup(one)?.binding.kind ?? '');
        expect(asked?.strict).toBe(found.strict);
        expect([...(asked?.constants ?? [])]).toEqual(assigned.filter(isConstant));
      });
    }
  });
}

describe('a function of a small script', () => {
  test('is not asked: its script is read', () => {
    const fn = make(FUNCTIONS.replace('METHODS', ''), 0)['assigns a let']!;
    expect(askAround(fn, factsOf(String(fn), false), readFunctions([fn])[0]!)).toBeUndefined();
  });
});

describe('an arrow of a large script of which parts are strict', () => {
  test('is not asked: its script is read', () => {
    const fn = make(FUNCTIONS.replace('METHODS', STRICT_PARTS), 300_000)['assigns a let']!;
    expect(askAround(fn, factsOf(String(fn), false), readFunctions([fn])[0]!)).toBeUndefined();
  });
});

describe('functions of a large script', () => {
  test('share their variables elsewhere, and their constants stay constant', () => {
    const pair = make(
      `let count = 0; const limit = 3;
       return { add: () => ++count, get: () => [count, limit], breakLimit: () => { limit = 9; } };`,
      300_000,
    );
    const revived = deserialize(serialize(pair), { trustCode: true }) as typeof pair;
    revived['add']!();
    expect(revived['breakLimit']).toThrow(TypeError);
    expect(revived['get']!()).toEqual([1, 3]);
    expect(pair['get']!()).toEqual([0, 3]);
  });
});
