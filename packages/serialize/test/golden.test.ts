import { readFileSync } from 'node:fs';
import { deserialize, serialize } from '@mp/serialize';
import { difference } from './support/difference.js';
import { GOLDEN } from './support/golden-values.js';

describe('the bytes of version 1 of the format:', () => {
  const read = (name: string) =>
    new Uint8Array(readFileSync(new URL(`../test/fixtures/golden/${name}.bin`, import.meta.url)));

  test.each(GOLDEN)('%s are read', (name, make) => {
    expect(difference(deserialize(read(name)), make())).toBeUndefined();
  });

  test.each(GOLDEN)('%s are written', (name, make) => {
    expect(Buffer.from(serialize(make())).toString('hex')).toBe(Buffer.from(read(name)).toString('hex'));
  });
});
