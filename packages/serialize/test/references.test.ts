import { deserialize, serialize } from '@mp/serialize';
// @ts-expect-error a plain script without types
import { increment, Plain } from '../test/fixtures/modules/counter.mjs';

const read = (bytes: Uint8Array): unknown => deserialize(bytes, { trustCode: true });

describe('the rule for functions of modules', () => {
  test('an export goes by reference', () => {
    expect(read(serialize(increment))).toBe(increment);
  });

  test('an export goes by value where a pattern says so', () => {
    const references = { byValue: [/fixtures\/modules\//] };
    const copy = read(serialize(increment, { references })) as () => number;
    expect(copy).not.toBe(increment);
    const before = increment();
    expect(copy()).toBe(before);
  });

  test('the value is small where code need not travel', () => {
    expect(serialize(Plain).length).toBeLessThan(300);
  });

  test('a module that does not exist here is named in the error', () => {
    const bytes = serialize(increment);
    const text = Buffer.from(bytes).toString('latin1');
    expect(text).toContain('counter.mjs');
  });
});
