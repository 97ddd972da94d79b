import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { deserialize, fingerprint, Serializer, serialize, serializeCodec } from '@mp/serialize';
import fc from 'fast-check';
import { difference } from './support/difference.js';
import { graphs } from './support/graphs.js';

const same = (actual: unknown, expected: unknown) => expect(difference(actual, expected)).toBeUndefined();

describe('for any graph,', () => {
  test('what is read back cannot be told from the original', () => {
    fc.assert(
      fc.property(graphs, (graph) => same(deserialize(serialize(graph)), graph)),
      { numRuns: 500 },
    );
  });

  test('the same holds for every message of a session', () => {
    const encoder = serializeCodec.createEncoder();
    const decoder = serializeCodec.createDecoder();
    fc.assert(
      fc.property(graphs, (graph) => {
        const { body, buffers, attachments } = encoder.encode(graph);
        same(decoder.decode({ body: body.slice(), buffers, attachments }), graph);
      }),
      { numRuns: 300 },
    );
  });

  test('the bytes are the same each time', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        expect(serialize(graph)).toEqual(serialize(graph));
        expect(fingerprint(graph)).toBe(fingerprint(deserialize(serialize(graph))));
      }),
      { numRuns: 200 },
    );
  });

  test('serializing changes nothing', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const copy = deserialize(serialize(graph));
        serialize(graph);
        same(graph, copy);
      }),
      { numRuns: 200 },
    );
  });

  test('another process reads it and sends it back', async () => {
    const child = spawn(process.execPath, [new URL('../test/fixtures/echo-stream.mjs', import.meta.url).pathname], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const serializer = new Serializer();
    const seed = Date.now() | 0;
    const sent = fc.sample(graphs, { numRuns: 100, seed });
    const replies = serializer.deserializeStream(child.stdout);
    for await (const chunk of serializer.serializeStream(sent)) child.stdin.write(chunk);
    child.stdin.end();
    let index = 0;
    for await (const reply of replies) {
      expect({ seed, index, difference: difference(reply, sent[index]) }).toEqual({
        seed,
        index,
        difference: undefined,
      });
      index++;
    }
    expect(index).toBe(sent.length);
    if (child.exitCode === null) await once(child, 'exit');
    expect(child.exitCode).toBe(0);
  });
});

describe('for any plain data,', () => {
  const data = fc.anything({
    withNullPrototype: false,
    maxDepth: 4,
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
  });

  test('what is read back equals it', () => {
    fc.assert(
      fc.property(data, (value) => same(deserialize(serialize(value)), value)),
      { numRuns: 1000 },
    );
  });

  test('the tree mode and the data mode give the same value', () => {
    for (const options of [{ identity: false }, { fidelity: 'data' }] as const) {
      fc.assert(
        fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => same(deserialize(serialize(value, options)), value)),
        { numRuns: 300 },
      );
    }
  });

  test('plain MessagePack brings JSON values back', () => {
    const plain = { format: 'plain' } as const;
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => same(deserialize(serialize(value, plain), plain), value)),
      { numRuns: 300 },
    );
  });
});
