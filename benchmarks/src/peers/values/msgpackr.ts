// msgpackr: as its README recommends, one instance that is kept.
import type { Packr } from 'msgpackr';
import { byteCodec, type ValueCodec, type ValuePeer } from './value-peer.js';

const library = { package: 'msgpackr' } as const;

async function codec(options: ConstructorParameters<typeof Packr>[0]): Promise<ValueCodec<Uint8Array>> {
  const { Packr } = await import('msgpackr');
  const packr = new Packr(options);
  return byteCodec(
    (value) => packr.pack(value),
    (bytes) => packr.unpack(bytes),
  );
}

export const msgpackrPeers: readonly ValuePeer[] = [
  {
    ...library,
    id: 'msgpackr',
    title: 'msgpackr, plain',
    use: '`new Packr({ useRecords: false, variableMapSize: true })`: plain MessagePack, objects as maps.',
    load: () => codec({ useRecords: false, variableMapSize: true }),
  },
  {
    ...library,
    id: 'msgpackr-records',
    title: 'msgpackr, records',
    use: '`new Packr()`: its default, with record shapes.',
    load: () => codec({}),
  },
  {
    ...library,
    id: 'msgpackr-sc',
    title: 'msgpackr, structured clone',
    use: '`new Packr({ structuredClone: true })`: keeps identity, cycles and more types.',
    load: () => codec({ structuredClone: true }),
  },
  {
    ...library,
    id: 'msgpackr-session',
    title: 'msgpackr, structured clone, shared shapes',
    use: '`new Packr({ structuredClone: true, structures: [] })`: one instance knows the shapes of earlier messages.',
    load: async () => ({ ...(await codec({ structuredClone: true, structures: [] })), session: true }),
  },
];
