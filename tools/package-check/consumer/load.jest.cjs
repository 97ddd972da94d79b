test.each(require('./entries.json'))('%s loads', (entry) => {
  expect(typeof require(entry)).toBe('object');
});

test('the codec works', () => {
  const { structuredCloneCodec } = require('@mp/codec/structured-clone');
  expect(structuredCloneCodec.decode(structuredCloneCodec.encode({ a: [1] }))).toEqual({ a: [1] });
});
