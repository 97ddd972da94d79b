import { structuredCloneCodec } from '@mp/codec/structured-clone';
import { expect, test } from 'vitest';
import entries from './entries.json';

test.each(entries)('%s loads', async (entry) => {
  expect(typeof (await import(/* @vite-ignore */ entry))).toBe('object');
});

test('the codec works', () => {
  expect(structuredCloneCodec.decode(structuredCloneCodec.encode({ a: [1] }))).toEqual({ a: [1] });
});
