// @mp/serialize with functions: by the inspector, which needs no set-up, and with the captured values named.
import { loadOurs, ourEntry } from '../our-packages.js';
import type { FunctionPeer } from './function-peer.js';

interface Serialize {
  serialize(value: unknown): Uint8Array;
  deserialize(bytes: Uint8Array, options?: { trustCode?: boolean }): unknown;
  capture(fn: unknown, values: Readonly<Record<string, unknown>>): unknown;
}

// One object, kept: options are checked once for each.
const TRUSTED = { trustCode: true } as const;

const decoder =
  ({ deserialize }: Serialize) =>
  (bytes: Uint8Array): unknown =>
    deserialize(bytes, TRUSTED);

// What the fixture's functions close over, for the explicit way.
const captured: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  '(a, b) => a * b': {},
  '(x) => `${x * factor + offset} ${unit}`': { factor: 3, offset: 4.5, unit: 'kg' },
};

export const ourFunctionPeers: readonly FunctionPeer[] = [
  {
    id: 'mp',
    title: '@mp/serialize',
    ours: true,
    use: '`serialize(fn)`, scopes read through the inspector; `deserialize(bytes, { trustCode: true })`.',
    load: async () => {
      const ours = await loadOurs<Serialize>('serialize', ['serialize', 'deserialize']);
      return { encode: (fn) => ours.serialize(fn), decode: decoder(ours) };
    },
  },
  {
    id: 'mp-explicit',
    title: '@mp/serialize, explicit capture',
    ours: true,
    use: '`serialize(capture(fn, { … }))`: no inspector; where the cases name few variables.',
    load: async () => {
      const ours = await loadOurs<Serialize>('serialize', ['serialize', 'deserialize', 'capture']);
      return {
        encode: (fn) => ours.serialize(ours.capture(fn, { ...captured[String(fn)] })),
        decode: decoder(ours),
      };
    },
  },
  {
    id: 'mp-instrumented',
    title: '@mp/serialize, instrumented',
    ours: true,
    use: "`import '@mp/serialize/register'` first, which instruments what is loaded afterwards; then as above.",
    load: async () => {
      await import(ourEntry('serialize', 'register'));
      const ours = await loadOurs<Serialize>('serialize', ['serialize', 'deserialize']);
      return { encode: (fn) => ours.serialize(fn), decode: decoder(ours) };
    },
  },
];
