import crypto from 'node:crypto';
import { isUint8Array } from 'node:util/types';
import { readClosure } from './node-internals.js';

// On a registered symbol, so that copies of this package share one generator.
const key: unique symbol = Symbol.for('mp.native.random') as never;

/** The state of the generator: sfc32, four words. */
interface Generator {
  readonly state: Uint32Array;
}

/** How many numbers Node keeps in store, lib/internal/crypto/random.js: 128 identifiers, 6 KB of 6-byte integers. */
const STORED_IDENTIFIERS = 128;
const STORED_INTEGERS = 1024;

/** Where Node keeps random bytes for later; `undefined` where that could not be found out. */
interface RandomStores {
  readonly identifiers: Uint8Array | 'unused' | undefined;
  readonly integers: Uint8Array | undefined;
}

let stores: RandomStores | undefined;

/** Finds Node's stores of random bytes, in the process that is going to be forked. */
export function findRandomStores(): void {
  if (stores?.identifiers !== undefined && stores.identifiers !== 'unused') return;
  const found = readClosure(crypto.randomUUID, ['uuidData', 'randomCache']);
  const { uuidData, randomCache } = found;
  // There is no store of identifiers before the first one was asked for.
  const unused = 'uuidData' in found && uuidData === undefined;
  stores = {
    identifiers: isUint8Array(uuidData) ? uuidData : unused ? 'unused' : undefined,
    integers: isUint8Array(randomCache) ? randomCache : undefined,
  };
}

/**
 * Gives this process random numbers that no sibling has.
 *
 * `Math.random` of V8 has a state that a fork copies and that nobody can set once it was used, so it is replaced.
 * `crypto.randomUUID` and `crypto.randomInt` serve from stores, which are filled anew; where they were not found,
 * what is left in them is drawn off. `crypto.randomBytes` and `getRandomValues` come from OpenSSL, which notices a
 * fork by itself.
 */
export function repairRandomness(): void {
  if (stores?.identifiers === undefined) for (let i = 0; i < STORED_IDENTIFIERS; i++) crypto.randomUUID();
  else if (stores.identifiers !== 'unused') crypto.randomFillSync(stores.identifiers);
  if (stores?.integers === undefined) for (let i = 0; i < STORED_INTEGERS; i++) crypto.randomInt(2);
  else crypto.randomFillSync(stores.integers);
  replaceMathRandom();
  seed();
}

/**
 * Replaces `Math.random` by a generator that can be seeded anew.
 *
 * A fork server does so before it loads anything, so that modules which keep a reference to `Math.random` keep one
 * to a function that differs in each child.
 */
export function replaceMathRandom(): void {
  const holder = process as { [key]?: Generator };
  if (holder[key] !== undefined) return;
  const generator: Generator = { state: new Uint32Array(4) };
  Object.defineProperty(process, key, { value: generator });
  seed();
  const { state } = generator;
  // sfc32 of PractRand: passes its tests and BigCrush, and needs only 32-bit integers.
  const next = (): number => {
    const a = (state[0] as number) | 0;
    const b = (state[1] as number) | 0;
    const c = (state[2] as number) | 0;
    const counter = (state[3] as number) | 0;
    const result = (((a + b) | 0) + counter) | 0;
    state[3] = counter + 1;
    state[0] = b ^ (b >>> 9);
    state[1] = (c + (c << 3)) | 0;
    state[2] = (((c << 21) | (c >>> 11)) + result) | 0;
    return result >>> 0;
  };
  // A method, so that it cannot be constructed, as the original.
  const { random } = {
    random(): number {
      // 53 bits, the precision of a number between 0 and 1.
      return ((next() >>> 5) * 0x4000000 + (next() >>> 6)) / 0x20000000000000;
    },
  };
  Object.defineProperty(Math, 'random', { value: random, writable: true, configurable: true, enumerable: false });
}

function seed(): void {
  const generator = (process as { [key]?: Generator })[key];
  if (generator !== undefined) crypto.randomFillSync(generator.state);
}
