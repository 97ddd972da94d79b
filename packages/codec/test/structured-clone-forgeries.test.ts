import { crc32 } from 'node:zlib';
import type { CodecContext, Payload, Reducer } from '@mp/codec';
import { structuredCloneCodec as codec } from '@mp/codec/structured-clone';

class Handle {
  readonly id: number;

  constructor(id: number) {
    this.id = id;
  }
}

const revived: string[] = [];

const reducer = (tag: string): Reducer => ({
  tag,
  test: (value): value is Handle => value instanceof Handle,
  reduce: (value) => (value as Handle).id,
  revive(data) {
    revived.push(tag);
    return new Handle(data as number);
  },
});

const reducers = [reducer('handle')];
const key = new Uint8Array(32).fill(3);

/** What somebody does who knows the format: changes the body and makes the checksum right again. */
function forge({ body, buffers, attachments }: Payload, change: (body: Uint8Array) => void): Payload {
  const forged = body.slice();
  change(forged);
  const header = new DataView(forged.buffer);
  const content = forged.subarray(12, 12 + header.getUint32(4, true));
  header.setUint32(8, crc32(content, crc32(forged.subarray(0, 8))), true);
  return { body: forged, buffers, attachments };
}

beforeEach(() => {
  revived.length = 0;
});

describe('a forged payload revives no handle', () => {
  test.each<[string, CodecContext]>([
    ['without trust', { reducers }],
    ['with a key', { reducers, trust: { key } }],
  ])('%s, whatever its flags say', (_, context) => {
    const payload = codec.encode(new Handle(1), { reducers });
    for (let flags = 0; flags < 256; flags++) {
      const forged = forge(payload, (body) => {
        body[3] = flags;
      });
      expect(() => codec.decode(forged, context)).toThrow(expect.objectContaining({ name: 'SerializeError' }));
    }
    expect(revived).toEqual([]);
  });

  test('into a signed session, not even state', () => {
    const signed: CodecContext = { reducers: [reducer('A'), reducer('B')], trust: { key } };
    const encoder = codec.createEncoder(signed);
    const decoder = codec.createDecoder(signed);
    decoder.decode(codec.createEncoder(signed).encode('hello'));
    const stranger = codec.createEncoder({ reducers: [reducer('B')], trust: 'untrusted' });
    stranger.encode('skipped');
    expect(() => decoder.decode(stranger.encode(new Handle(1)))).toThrow(
      expect.objectContaining({ code: 'MP_SIGNATURE' }),
    );
    expect(encoder.epoch).toBe(0);
    expect(revived).toEqual([]);
  });
});

describe('forged numbers', () => {
  test('of any kind end in a SerializeError or a value, quickly', () => {
    const payload = codec.encode([new Uint8Array(9), new Map([[1, new Error('x')]]), 'text'], { outOfBandBytes: 4 });
    const started = process.memoryUsage().rss;
    for (let offset = 12; offset < payload.body.length; offset++) {
      for (const value of [0x00, 0x01, 0x7f, 0x80, 0xff]) {
        const forged = forge(payload, (body) => {
          body.fill(value, offset, offset + 5);
        });
        try {
          codec.decode({ ...forged, body: forged.body.subarray(0, payload.body.length) });
        } catch (error) {
          expect(error).toMatchObject({ name: 'SerializeError' });
        }
      }
    }
    expect(process.memoryUsage().rss - started).toBeLessThan(200_000_000);
  });

  test('a smaller version is damage, a greater one is said to be newer', () => {
    const payload = codec.encode(1);
    const withVersion = (version: number) =>
      forge(payload, (body) => {
        body[2] = version;
      });
    expect(() => codec.decode(withVersion(0))).toThrow(expect.objectContaining({ code: 'MP_DAMAGED' }));
    expect(() => codec.decode(withVersion(2))).toThrow(expect.objectContaining({ code: 'MP_NEWER_FORMAT' }));
  });
});

test('a view far larger than any list of keys goes out of band', () => {
  const view = new Uint8Array(200_000_000);
  const { buffers, body } = codec.encode({ view }, { outOfBandBytes: 1024 });
  expect(buffers[0]?.buffer).toBe(view.buffer);
  expect(body.length).toBeLessThan(1024);
});
