import { createPublicKey, createSecretKey } from 'node:crypto';
import { channel } from 'node:diagnostics_channel';
import { statSync } from 'node:fs';
import { BlockList, SocketAddress } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import { crc32 } from 'node:zlib';

let state = 20_231;

/** A linear congruential generator (Numerical Recipes): the same bytes on every machine. */
export function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state >>> 8;
}

/** Of the curve Ed25519. */
const PUBLIC_KEY =
  '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n';

/** Values that use most tokens. */
export const SAMPLES: readonly unknown[] = [
  {
    name: 'sample',
    list: [1, 2.5, -3, 10n ** 20n],
    when: new Date(86_400_000),
    map: new Map([['k', { v: 'é' }]]),
    bytes: Uint8Array.of(1, 2, 3),
  },
  Array.from({ length: 30 }, (_, id) => ({ id, name: `n${id}`, tags: [id], ok: id % 2 === 0 })),
  (() => {
    const cycle: unknown[] = [
      new Set([1, 'a']),
      /x/g,
      new Error('e', { cause: 1 }),
      Object(1n),
      Symbol('s'),
      Symbol.iterator,
    ];
    cycle.push(cycle, Object.freeze({ a: cycle }), Object.create(null), new URL('http://a/'), [Number.NaN, -0]);
    return cycle;
  })(),
  [
    Array.from({ length: 40 }, (_, i) => i / 3),
    Array.from({ length: 40 }, (_, i) => `s${i}`),
    Array.from({ length: 40 }, (_, i) => new Date(i)),
    'ж'.repeat(60),
  ],
  (() => {
    let deep: unknown = 1;
    for (let i = 0; i < 500; i++) deep = [deep];
    return deep;
  })(),
  // What Node makes itself, from bytes, addresses and paths that anybody may have written.
  (() => {
    const list = new BlockList();
    list.addAddress('1.2.3.4');
    list.addRange('10.0.0.1', '10.0.0.9');
    list.addSubnet('::1', 64, 'ipv6');
    const decoder = new StringDecoder('utf8');
    decoder.write(Buffer.from([0xe2, 0x82]));
    const form = new FormData();
    form.append('a', '1');
    const key = createSecretKey(Buffer.from('secret'));
    const address = new SocketAddress({ address: '::1', family: 'ipv6', port: 80 });
    return [list, decoder, form, key, createPublicKey(PUBLIC_KEY), address, statSync('.'), channel('mp.test')];
  })(),
  Object.assign([1, 2, 3], { extra: Object.defineProperty({}, 'hidden', { value: new Float64Array(3) }) }),
];

/** A payload with some of its bytes changed, taken out, doubled or blown up. */
export function mutate(bytes: Uint8Array): Uint8Array {
  let changed = [...bytes];
  for (let i = 1 + (random() % 4); i > 0; i--) {
    const at = 10 + (random() % Math.max(1, changed.length - 10));
    const how = random() % 7;
    if (how === 0) changed[at] = random() & 255;
    else if (how === 1) changed[at] = changed[at]! ^ (1 << (random() % 8));
    else if (how === 2) changed.splice(at, 1 + (random() % 4));
    else if (how === 3) changed.splice(at, 0, random() & 255);
    else if (how === 4) changed = changed.slice(0, at);
    else if (how === 5) changed.splice(at, 0, ...changed.slice(at, at + (random() % 16)));
    else changed.splice(at, 1, 0xdd, 0x7f, 0xff, 0xff, 0xff);
  }
  if (random() % 10 === 0) changed[7] = random() & 0x23;
  return Uint8Array.from(changed);
}

/** The flag of the checksum of blocks, which large bodies have; CRC-32 alone is accepted as well. */
const BLOCKS = 128;

/** Makes header, length and checksum fit the bytes, as an attacker would. */
export function checksum(body: Uint8Array, flags: number = (body[7] ?? 0) & ~BLOCKS, version = 1): Uint8Array {
  const sealed = body.slice();
  sealed[0] = 0xd7;
  sealed[1] = 77;
  sealed[6] = version;
  sealed[7] = flags;
  sealed[8] = sealed.length >> 8;
  sealed[9] = sealed.length;
  new DataView(sealed.buffer).setUint32(2, crc32(sealed.subarray(6)));
  return sealed;
}
