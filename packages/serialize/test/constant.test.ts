import { readFileSync } from 'node:fs';
import { runInThisContext } from 'node:vm';
import { serializeCodec } from '@mp/serialize';

declare const unheardOf: number;

const isConstant = (fn: object) => serializeCodec.isConstant?.(fn);

const factor = 3;
// biome-ignore lint/style/useConst: what is asked
let settled = 'yes';
const double = (x: number) => x * factor;
const power = Math.pow;
const list = [1];
const symbol = Symbol('s');
const inside = (n: number) => {
  const own = n + 1;
  return () => own;
};
const overParameter = (n: number) => () => n;
const loop: object[] = [];
for (const i of [1, 2]) loop.push(() => i);
const counting: object[] = [];
for (let i = 0; i < 2; i++) counting.push(() => i);
let late: number | undefined;
const early = () => late;
const overEarly = () => early();
const assignLate = () => {
  late = 1;
};
const shadowed = Function('Math', 'return () => Math')(1) as object;
const withEval = Function('const n = 1; const f = () => n; eval(""); return f')() as object;
const sloppyVar = Function('var n = 1; return () => n')() as object;
const mapped = Function('n', 'const f = () => n; arguments[0] = 2; return f')(1) as object;
const extended = Object.assign((x: number) => x, { extra: 1 });

test.each([
  ['an arrow that uses only its parameters', (x: number) => x * 2],
  ['an asynchronous one', async (x: number) => x],
  ['an intrinsic', Math.max],
  ['a function of a built-in module', readFileSync],
  ['an arrow that uses a global of the language', (x: number) => Math.abs(x)],
  ['an arrow over a const that is primitive', (x: number) => x * factor],
  ['an arrow over a let that nothing assigns', () => settled],
  ['an arrow over an intrinsic', (x: number) => power(x, 2)],
  ['an arrow over a const of a function', inside(4)],
  ['an arrow over the const of a loop', loop[1] as object],
])('%s is the same whenever it is encoded', (_name, fn) => {
  expect(isConstant(fn)).toBe(true);
});

let changing = 1;
const bump = () => ++changing;
test.each([
  ['an arrow that reads a variable', () => changing],
  ['an arrow that assigns one', bump],
  ['an arrow with a property', Object.assign((x: number) => x, { extra: 1 })],
  ['a function, whose prototype may change', function named() {}],
  ['a class', class {}],
  [
    'an arrow that uses this',
    function (this: unknown) {
      return () => this;
    }.call({}),
  ],
  ['an arrow over a const that holds an object', () => list],
  ['an arrow over a symbol', () => symbol],
  ['an arrow over a parameter, which arguments might assign', overParameter(1)],
  ['an arrow over a parameter that arguments assign', mapped],
  ['an arrow over the variable of a counting loop', counting[0] as object],
  ['an arrow over a let that is assigned later', early],
  ['an arrow over an arrow that may change', overEarly],
  ['an arrow over an arrow, which may be an argument too', (x: number) => double(x) + 1],
  ['an arrow that assigns', assignLate],
  ['an arrow over a parameter with the name of a global', shadowed],
  ['an arrow beside a direct eval', withEval],
  ['an arrow over a var', sloppyVar],
  ['an arrow over a function with properties', () => extended(1)],
  ['an arrow over a global of the program', () => (globalThis as { unheardOf?: number }).unheardOf ?? unheardOf],
  ['a proxy', new Proxy((x: number) => x, {})],
  ['data', {}],
])('%s may be another when it is encoded again', (_name, fn) => {
  expect(isConstant(fn)).toBe(false);
});

test('an arrow over a variable of a script, which another script may assign, may be another', () => {
  const fn = runInThisContext('let ofScript = 1; (() => ofScript)') as () => number;
  expect(isConstant(fn)).toBe(false);
  runInThisContext('ofScript = 2');
  expect(fn()).toBe(2);
});

test('an arrow in the dead zone of its variable may be another', () => {
  const fn = () => dead;
  const answer = isConstant(fn);
  const dead = 1;
  expect([answer, fn()]).toEqual([false, 1]);
});
