import type { Payload } from '../../payload.js';
import type { Bench } from '../bench.js';
import type { Rule } from './rule.js';

const OUT_OF_BAND = { outOfBandBytes: 1024 } as const;

/** Binary data that leaves the body. */
const rules: readonly Rule[] = [
  {
    rule: 'binary data of the given size goes out of band without a copy',
    check(bench) {
      const bytes = new Uint8Array(4096).fill(7);
      const { body, buffers } = bench.codec.encode({ bytes }, OUT_OF_BAND);
      bench.same(buffers.length, 1, 'the number of buffers');
      bench.holds(body.byteLength < 1024, `The body still has ${body.byteLength} bytes.`);
      bench.holds(buffers[0]?.buffer === bytes.buffer, "The buffer must be a view of the value's own memory.");
    },
  },
  {
    rule: 'smaller binary data stays in the body',
    check: (bench) =>
      bench.same(bench.codec.encode(new Uint8Array(1023), OUT_OF_BAND).buffers.length, 0, 'the number of buffers'),
  },
  {
    rule: 'without a size, the body alone is the payload',
    check: (bench) =>
      bench.same(bench.codec.encode(new Uint8Array(1_000_000)).buffers.length, 0, 'the number of buffers'),
  },
  {
    rule: 'out-of-band data arrives exactly, in the right order',
    check(bench) {
      const value = [
        new Uint8Array(2000).fill(1),
        { deep: new Float64Array(500).fill(Math.PI) },
        new Uint8Array(10).fill(3),
        new Int32Array(300).fill(-4),
      ];
      const payload = bench.codec.encode(value, OUT_OF_BAND);
      bench.same(payload.buffers.length, 3, 'the number of buffers');
      bench.same(bench.codec.decode(bench.transmit(payload), OUT_OF_BAND), value, 'the value');
    },
  },
  {
    rule: 'views of one buffer share it after they went out of band',
    check(bench) {
      const memory = new ArrayBuffer(8192);
      const payload = bench.codec.encode(
        [new Uint8Array(memory, 0, 4096), new Float64Array(memory, 4096)],
        OUT_OF_BAND,
      );
      const [bytes, floats] = bench.codec.decode(bench.transmit(payload), OUT_OF_BAND) as [Uint8Array, Float64Array];
      bench.holds(
        bytes.buffer === floats.buffer,
        'Two views of one ArrayBuffer must arrive as views of one ArrayBuffer.',
      );
    },
  },
  {
    rule: 'a channel may deliver a buffer at any address',
    check(bench) {
      const value = new Float64Array(512).map((_, i) => i / 3);
      const { body, buffers, attachments } = bench.codec.encode(value, OUT_OF_BAND);
      const shifted = buffers.map((buffer) => {
        const memory = new Uint8Array(buffer.byteLength + 13);
        memory.set(buffer, 5);
        return memory.subarray(5, 5 + buffer.byteLength);
      });
      bench.same(
        bench.codec.decode({ body: body.slice(), buffers: shifted, attachments }, OUT_OF_BAND),
        value,
        'the value',
      );
    },
  },
  {
    rule: 'a missing, truncated, longer or extra buffer is refused',
    check(bench) {
      const sent = bench.transmit(bench.codec.encode([new Uint8Array(2048), new Uint8Array(4096)], OUT_OF_BAND));
      const [first, second] = sent.buffers as [Uint8Array, Uint8Array];
      refusesBuffers(bench, sent, [first], 'a missing buffer');
      refusesBuffers(bench, sent, [first, second.subarray(0, 4095)], 'a truncated buffer');
      refusesBuffers(bench, sent, [first.subarray(0, 0), second], 'an empty buffer');
      refusesBuffers(bench, sent, [first, new Uint8Array(4097)], 'a longer buffer');
      refusesBuffers(bench, sent, [first, second, new Uint8Array(1)], 'an extra buffer');
      refusesBuffers(bench, sent, [second, first], 'buffers in the wrong order');
    },
  },
];

export const bufferRules: readonly Rule[] = rules.map(({ rule, check }) => ({
  rule,
  // A codec that keeps everything in the body has kept these rules.
  check: (bench) => (bench.codec.capabilities.outOfBand ? check(bench) : undefined),
}));

function refusesBuffers(
  bench: Bench,
  { body, attachments }: Payload,
  buffers: readonly Uint8Array[],
  what: string,
): void {
  bench.refuses(() => bench.codec.decode({ body, buffers, attachments }, OUT_OF_BAND), `Decoding with ${what}`);
}
