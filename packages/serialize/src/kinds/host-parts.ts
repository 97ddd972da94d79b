import type { Channel } from 'node:diagnostics_channel';
import type { StringDecoder } from 'node:string_decoder';
import type { Kind } from '../model/kind.js';
import { builtinModule, types } from '../model/platform.js';
import { hostKind, nameOfClass } from './host-class.js';

type Channels = typeof import('node:diagnostics_channel');
type Decoders = typeof import('node:string_decoder');

const channels = (): Channels | undefined => builtinModule<Channels>('node:diagnostics_channel');
const decoders = (): Decoders | undefined => builtinModule<Decoders>('node:string_decoder');

/** What channels are called: those without subscribers, and those with some. */
const CHANNEL_CLASSES: readonly (string | undefined)[] = ['Channel', 'ActiveChannel'];

function isChannel(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === null || types?.isProxy(prototype) === true) return false;
  if (!CHANNEL_CLASSES.includes(nameOfClass(prototype))) return false;
  const name: unknown = Object.getOwnPropertyDescriptor(value, 'name')?.value;
  return (typeof name === 'string' || typeof name === 'symbol') && channels()?.channel(name) === value;
}

/** A channel of `node:diagnostics_channel` is what has its name: the other side's of the same name, with the subscribers there. */
const channelKind: Kind<Channel> = {
  ...hostKind<Channel>({
    code: 90,
    name: 'Channel',
    prototype: () => channels()?.Channel.prototype,
    state: ['name', '_subscribers', '_stores', '_index'],
    write: (channel, sink) => sink.value(channel.name),
    read(source) {
      const place = source.reserve();
      const name = source.value();
      const node = channels();
      if (node === undefined || (typeof name !== 'string' && typeof name !== 'symbol')) {
        throw source.damaged('a channel without its name');
      }
      return source.fill(place, node.channel(name));
    },
  }),
  test: isChannel,
  // One with subscribers has another prototype, whose class is not exported.
  ownPrototype: (channel) => Object.getPrototypeOf(channel) as object,
};

/** Where a decoder keeps the state of its native code: 4 bytes that are not decoded yet, and how many of them there are. */
function stateOf(decoder: StringDecoder): Uint8Array | undefined {
  for (const symbol of Object.getOwnPropertySymbols(decoder)) {
    const state: unknown = Object.getOwnPropertyDescriptor(decoder, symbol)?.value;
    if (symbol.description === 'kNativeDecoder' && state instanceof Uint8Array) return state;
  }
  return undefined;
}

const BUFFERED = 5;
const MAX_BUFFERED = 4;

const stringDecoderKind: Kind<StringDecoder> = hostKind<StringDecoder>({
  code: 91,
  name: 'StringDecoder',
  prototype: () => decoders()?.StringDecoder.prototype,
  accepts: (value) => stateOf(value) !== undefined,
  state: ['encoding'],
  write(decoder, sink) {
    const state = stateOf(decoder)!;
    sink.text((decoder as StringDecoder & { readonly encoding: string }).encoding);
    const count = Math.min(state[BUFFERED]!, MAX_BUFFERED);
    sink.uint(count);
    for (let i = 0; i < count; i++) sink.uint(state[i]!);
  },
  read(source) {
    const node = decoders();
    if (node === undefined) throw source.damaged('a StringDecoder, which this host does not have,');
    const encoding = source.text();
    const decoder = source.define(new node.StringDecoder(encoding as BufferEncoding));
    const bytes: number[] = [];
    for (let left = source.count(1); left > 0; left--) bytes.push(source.uint());
    // Given to the decoder, not written into its memory: native code believes what stands there.
    if (bytes.length > 0) decoder.write(Buffer.from(bytes.slice(0, MAX_BUFFERED)));
    return decoder;
  },
});

export const hostPartKinds: readonly Kind[] = [channelKind, stringDecoderKind] as readonly Kind[];
