// Libraries that make text: seroval, devalue, superjson.
import { textCodec, type ValuePeer } from './value-peer.js';

export const textPeers: readonly ValuePeer[] = [
  {
    id: 'seroval',
    title: 'seroval',
    package: 'seroval',
    use: '`toJSON` and `fromJSON` with `JSON.stringify` and `JSON.parse`: its form that needs no `eval`.',
    load: async () => {
      const { fromJSON, toJSON } = await import('seroval');
      return textCodec(
        (value) => JSON.stringify(toJSON(value)),
        (text) => fromJSON(JSON.parse(text) as Parameters<typeof fromJSON>[0]),
      );
    },
  },
  {
    id: 'devalue',
    title: 'devalue',
    package: 'devalue',
    use: '`stringify` and `parse`.',
    load: async () => {
      const { parse, stringify } = await import('devalue');
      return textCodec(stringify, parse);
    },
  },
  {
    id: 'superjson',
    title: 'superjson',
    package: 'superjson',
    use: '`superjson.stringify` and `superjson.parse`.',
    load: async () => {
      const { parse, stringify } = await import('superjson');
      return textCodec(stringify, parse);
    },
  },
];
