// The serializers that let one register classes of one's own, with so many classes registered.
import { createRequire } from 'node:module';
import { loadOurs } from '../our-packages.js';
import { byteCodec, textCodec, type ValueCodec } from './value-peer.js';

/** An instance of a registered class; each class has a name of its own. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export type PointClass = new (x: number, y: number) => Point;

type Coordinates = readonly [number, number];

interface OurSerializer {
  register(
    cls: PointClass,
    how: { tag: string; reduce: (point: Point) => Coordinates; revive: (data: Coordinates) => Point },
  ): unknown;
  serialize(value: unknown): Uint8Array;
  deserialize(bytes: Uint8Array): unknown;
}

const require = createRequire(import.meta.url);

/** How each library registers classes, by the id of its peer. The rest has no such thing. */
export const classCodecs: Readonly<Record<string, (classes: readonly PointClass[]) => Promise<ValueCodec>>> = {
  mp: async (classes) => {
    const { Serializer } = await loadOurs<{ Serializer: new (options: { trustCode: true }) => OurSerializer }>(
      'serialize',
      ['Serializer'],
    );
    const serializer = new Serializer({ trustCode: true });
    for (const cls of classes)
      serializer.register(cls, { tag: cls.name, reduce: ({ x, y }) => [x, y], revive: ([x, y]) => new cls(x, y) });
    return byteCodec(
      (value) => serializer.serialize(value),
      (bytes) => serializer.deserialize(bytes),
    );
  },
  'msgpackr-sc': async (classes) => {
    const { addExtension, Packr } = await import('msgpackr');
    // Types 1 to 100 are the program's, says its README; two of them are its own all the same: 66 and 98.
    const free = Array.from({ length: 100 }, (_, i) => i + 1).filter((type) => type !== 66 && type !== 98);
    for (const [i, cls] of classes.entries())
      addExtension({
        Class: cls as never,
        type: free[i]!,
        write: ({ x, y }: Point) => [x, y],
        read: ([x, y]: Coordinates) => new cls(x, y),
      } as never);
    const packr = new Packr({ structuredClone: true });
    return byteCodec(
      (value) => packr.pack(value),
      (bytes) => packr.unpack(bytes),
    );
  },
  'cbor-x-sc': async (classes) => {
    const { addExtension, Encoder } = await import('cbor-x');
    for (const [i, cls] of classes.entries())
      addExtension({
        Class: cls as never,
        tag: 43_000 + i,
        encode: ({ x, y }: Point, encode: (data: unknown) => Uint8Array) => encode([x, y]),
        decode: ([x, y]: Coordinates) => new cls(x, y),
      } as never);
    const encoder = new Encoder({ structuredClone: true });
    return byteCodec(
      (value) => encoder.encode(value),
      (bytes) => encoder.decode(bytes),
    );
  },
  devalue: async (classes) => {
    const { parse, stringify } = await import('devalue');
    const reducers = Object.fromEntries(
      classes.map((cls) => [cls.name, (value: unknown) => value instanceof cls && [value.x, value.y]]),
    );
    const revivers = Object.fromEntries(classes.map((cls) => [cls.name, ([x, y]: Coordinates) => new cls(x, y)]));
    return textCodec(
      (value) => stringify(value, reducers),
      (text) => parse(text, revivers),
    );
  },
  superjson: async (classes) => {
    const { default: SuperJSON } = require('superjson') as typeof import('superjson');
    for (const cls of classes) SuperJSON.registerClass(cls, { identifier: cls.name });
    return textCodec(SuperJSON.stringify, SuperJSON.parse);
  },
};
