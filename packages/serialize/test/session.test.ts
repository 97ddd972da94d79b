import { serializeCodec } from '@mp/serialize';

const limits = { maxSessionEntries: 60 };

function open() {
  const encoder = serializeCodec.createEncoder({ limits, trust: 'trusted' });
  const decoder = serializeCodec.createDecoder({ limits, trust: 'trusted' });
  /** Sends a value. @returns The copy, and how many bytes it took. */
  const send = (value: unknown) => {
    const { body, ...rest } = encoder.encode(value);
    return [decoder.decode({ ...rest, body: body.slice() }), body.length] as const;
  };
  return { encoder, decoder, send };
}

const shape = (i: number) => ({ [`first${i}`]: i, [`second${i}`]: i });

describe('a session that knows too much', () => {
  test('forgets the oldest and keeps what it learned last', () => {
    const { send } = open();
    for (let i = 0; i < 30; i++) send(shape(i));
    const [, known] = send(shape(29));
    const [copy, kept] = send(shape(28));
    const [old, again] = send(shape(0));
    expect([copy, old]).toEqual([shape(28), shape(0)]);
    expect(kept).toBeLessThanOrEqual(known);
    expect(again).toBeGreaterThan(known);
  });

  test('stays in step where a message cannot be encoded, or is of texts', () => {
    const { encoder, send } = open();
    for (let i = 0; i < 2000; i++) {
      if (i % 7 === 0) expect(() => encoder.encode({ ...shape(i), bad: new Promise(() => {}) })).toThrow();
      const [copy] = send([shape(i), shape(i % 11), new Function(`return ${i} // ${'long '.repeat(20)}`)]);
      expect((copy as unknown[]).slice(0, 2)).toEqual([shape(i), shape(i % 11)]);
      expect((copy as [unknown, unknown, () => number])[2]()).toBe(i);
    }
  });
});
