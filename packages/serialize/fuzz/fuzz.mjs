// Fuzzes the decoder at length: `node packages/serialize/fuzz/fuzz.mjs [inputs per suite]`, after a build.
// Fails for anything but a value or a typed error, for a slow input, for pollution, and for memory beyond the input.

import { SerializeError } from '@mp/codec';
import { deserialize, serialize } from '@mp/serialize';
import { checksum, mutate, random, SAMPLES } from '../dist-test/support/mutations.js';

const inputs = Number(process.argv[2] ?? 100_000);
const MAX_MS = 50;
const MAX_GROWTH_BYTES = 200e6;

const keysBefore = Reflect.ownKeys(Object.prototype).length;
const counts = {};
let slowest = 0;

/** How often an input that was slow is tried again: the machine may have been busy with something else. */
const RETRIES = 5;

function attempt(bytes, suite, retries = RETRIES) {
  const started = performance.now();
  let outcome = 'value';
  try {
    deserialize(bytes);
  } catch (error) {
    if (!(error instanceof SerializeError)) {
      console.error(`${suite}: ${Buffer.from(bytes).toString('hex')}`);
      throw error;
    }
    outcome = error.code;
  }
  const took = performance.now() - started;
  if (took > MAX_MS) {
    if (retries === 0) throw new Error(`${suite}: ${Buffer.from(bytes).toString('hex')} takes ${took} ms`);
    attempt(bytes, suite, retries - 1);
    return;
  }
  slowest = Math.max(slowest, took);
  counts[`${suite} ${outcome}`] = (counts[`${suite} ${outcome}`] ?? 0) + 1;
}

const memoryBefore = process.memoryUsage().rss;
const seeds = SAMPLES.map((sample) => serialize(sample));
for (let i = 0; i < inputs; i++) attempt(mutate(seeds[i % seeds.length]), 'mutated');
for (let i = 0; i < inputs; i++) attempt(checksum(mutate(seeds[i % seeds.length])), 'forged');
for (let i = 0; i < inputs; i++) {
  const body = new Uint8Array(10 + (random() % 80)).map(() => random());
  attempt(checksum(body, [0, 1, 2, 3][i & 3]), 'random');
}
const growth = process.memoryUsage().rss - memoryBefore;
console.log(counts);
console.log(`slowest ${slowest.toFixed(1)} ms, memory grew by ${(growth / 1e6).toFixed(0)} MB`);
if (Reflect.ownKeys(Object.prototype).length !== keysBefore) throw new Error('Object.prototype was polluted');
if (growth > MAX_GROWTH_BYTES) throw new Error(`memory grew by ${growth} bytes`);
