import { deserialize, serialize } from '@mp/serialize';

/** Enough messages for memory to be shared, whatever other tests did before. */
function manyMessages(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => serialize({ i, text: 'x'.repeat(i % 700) }));
}

test('small messages that share memory do not overwrite each other', () => {
  const messages = manyMessages(2000);

  messages.forEach((bytes, i) => {
    expect(deserialize(bytes)).toEqual({ i, text: 'x'.repeat(i % 700) });
  });
});

test('a small message keeps at most 16 KB alive, however large the ones before it were', () => {
  serialize('x'.repeat(10_000_000));

  for (const bytes of manyMessages(600)) expect(bytes.buffer.byteLength).toBeLessThanOrEqual(16_384);
});

test('a vector in a message that shares memory is aligned as in one that does not', () => {
  for (const bytes of manyMessages(300)) expect(bytes.byteOffset % 8).toBe(0);
  const numbers = Array.from({ length: 40 }, (_, i) => i + 0.5);

  for (let i = 0; i < 50; i++) expect(deserialize(serialize(numbers))).toEqual(numbers);
});

test('transferring the memory of one message leaves the others as they were', () => {
  const messages = manyMessages(400);

  for (const bytes of messages.slice(300)) {
    try {
      structuredClone(bytes, { transfer: [bytes.buffer as ArrayBuffer] });
    } catch (error) {
      expect((error as Error).name).toBe('DataCloneError');
    }
  }

  messages.forEach((bytes, i) => {
    if (i >= 300 && bytes.length === 0) expect(bytes.buffer.byteLength).toBe(0);
    else expect(deserialize(bytes)).toEqual({ i, text: 'x'.repeat(i % 700) });
  });
});
