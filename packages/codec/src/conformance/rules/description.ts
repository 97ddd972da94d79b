import type { Codec } from '../../codec.js';
import type { Rule } from './rule.js';

/** What a codec says of itself. */
export const descriptionRules: readonly Rule[] = [
  {
    rule: 'a codec has all that the contract asks for',
    check(bench) {
      const { codec } = bench;
      const encoder = codec.createEncoder?.();
      const decoder = codec.createDecoder?.();
      const missing = [
        ...missingMethods('codec', codec, [
          'prepareEncode',
          'encode',
          'prepareDecode',
          'decode',
          'createEncoder',
          'createDecoder',
        ]),
        ...missingMethods('codec.createEncoder()', encoder, ['prepare', 'encode', 'reset']),
        ...missingMethods('codec.createDecoder()', decoder, ['prepare', 'decode']),
      ];
      bench.holds(missing.length === 0, `These methods are missing: ${missing.join(', ')}.`);
      const { functions, instances, identity, outOfBand } = codec.capabilities ?? {};
      bench.holds(
        [functions, instances, identity, outOfBand].every((can) => typeof can === 'boolean'),
        'capabilities must say yes or no to functions, instances, identity and outOfBand.',
      );
      for (const payload of [codec.encode(1), encoder.encode(1)]) {
        const isPayload =
          payload?.body instanceof Uint8Array && Array.isArray(payload.buffers) && Array.isArray(payload.attachments);
        bench.holds(isPayload, 'encode must give { body: Uint8Array, buffers: [], attachments: [] }.');
      }
    },
  },
  {
    rule: 'a codec names itself with an id',
    check(bench) {
      const { id } = bench.codec;
      bench.holds(typeof id === 'string' && id !== '', `The id is ${String(id)}.`);
    },
  },
  {
    rule: 'another process can load the codec by its module and export name',
    async check(bench) {
      const { specifier, exportName } = bench.codec.module;
      const namespace: Record<string, Codec | undefined> = await import(specifier);
      bench.holds(
        namespace[exportName]?.id === bench.codec.id,
        `import(${JSON.stringify(specifier)}) has no codec with this id as ${exportName}.`,
      );
    },
  },
  {
    rule: 'plain data needs no preparing',
    check(bench) {
      const { codec } = bench;
      const value = { a: [1, 'two', new Date(3)] };
      const payload = codec.encode(value);
      const encoder = codec.createEncoder();
      const prepared = [
        codec.prepareEncode(value),
        codec.prepareDecode(payload),
        encoder.prepare(value),
        codec.createDecoder().prepare(encoder.encode(value)),
      ];
      bench.holds(
        prepared.every((step) => step === undefined),
        'prepare must answer undefined where there is nothing to do, so that the common case costs no promise.',
      );
    },
  },
];

function missingMethods(name: string, owner: object | undefined, methods: readonly string[]): string[] {
  const has = owner as Record<string, unknown> | undefined;
  return methods.filter((method) => typeof has?.[method] !== 'function').map((method) => `${name}.${method}`);
}
