import { crc32 } from 'node:zlib';

let state = 20_231;

/** A linear congruential generator (Numerical Recipes): the same bytes on every machine. */
export function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state >>> 8;
}

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

/** Makes header, length and checksum fit the bytes, as an attacker would. */
export function checksum(body: Uint8Array, flags: number = body[7] ?? 0, version = 1): Uint8Array {
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
