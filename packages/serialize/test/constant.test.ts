import { readFileSync } from 'node:fs';
import { serializeCodec } from '@mp/serialize';

const isConstant = (fn: object) => serializeCodec.isConstant?.(fn);

test.each([
  ['an arrow that uses only its parameters', (x: number) => x * 2],
  ['an asynchronous one', async (x: number) => x],
  ['an intrinsic', Math.max],
  ['a function of a built-in module', readFileSync],
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
  ['a proxy', new Proxy((x: number) => x, {})],
  ['data', {}],
])('%s may be another when it is encoded again', (_name, fn) => {
  expect(isConstant(fn)).toBe(false);
});
