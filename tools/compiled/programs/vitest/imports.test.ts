// Functions that use imports, as vitest rewrites them, run in another process.
import { basename } from 'node:path';
import { Pool } from '@mp/runtime';
import { serialize } from '@mp/serialize';
import lodash, { chunk } from 'lodash';
import { afterAll, expect, test } from 'vitest';
import named, { Box, bump, scale, server } from './helper.ts';

const pool = new Pool(1);
afterAll(() => pool.terminate());

test.each<[string, () => unknown, unknown]>([
  ['a member of a module of Node', () => basename('/x/y'), 'y'],
  ['the default export of a package', () => lodash.chunk([1, 2, 3], 2), [[1, 2], [3]]],
  ['a named export of a package', () => chunk([1, 2, 3], 2), [[1, 2], [3]]],
  ['a function of a file', () => scale(4), 40],
  ['a class of a file', () => new Box(4).double, 8],
  ['a function that changes a variable of its file', () => bump(2), 2],
  ['the default export of a file', () => named(), 'default'],
])('%s', async (_, fn, expected) => {
  expect(await pool.apply(fn)).toEqual(expected);
});

test('what cannot be sent is refused', () => {
  expect(() => serialize(() => server)).toThrow(/server.*cannot be serialized/s);
});
