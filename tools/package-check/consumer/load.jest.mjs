import { readFileSync } from 'node:fs';
import { structuredCloneCodec } from '@mp/codec/structured-clone';

test.each(JSON.parse(readFileSync(new URL('./entries.json', import.meta.url), 'utf8')))('%s loads', async (entry) => {
  expect(typeof (await import(entry))).toBe('object');
});

test('the codec works', () => {
  expect(structuredCloneCodec.decode(structuredCloneCodec.encode({ a: [1] }))).toEqual({ a: [1] });
});
