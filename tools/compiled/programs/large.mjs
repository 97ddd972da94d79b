// A bundle of 5 MB with 48,000 names in one scope: how long captures from it take.
import { strictEqual } from 'node:assert';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { deserialize, serialize } from '@mp/serialize';

const parts = Array.from(
  { length: 16_000 },
  (_, i) => `var v${i} = ${i};
  function f${i}(a, b) { let t = a * ${i}; const g = () => { t += b; return t; }; return { g, name: "n${i}", list: [1, 2, 3].map((x) => x + t + v${i}), deep: { deeper: { text: "text that is long enough to fill the bundle ${i}" } } }; }
  class C${i} { #p = ${i}; get p() { return this.#p + v${i}; } }`,
);
writeFileSync(
  'large.cjs',
  `(() => {
${parts.join('\n')}
module.exports = () => { let n = 0; return { inc: () => ++n, get: () => n, read: (x) => x + v9000, c: new C8000() }; };
})();\n`,
);
const make = createRequire(import.meta.url)('./large.cjs');
const megabytes = () => Math.round(process.memoryUsage().rss / 2 ** 20);

function time(name, value) {
  const before = megabytes();
  const start = performance.now();
  const bytes = serialize(value);
  console.log(`${name}: ${(performance.now() - start).toFixed(1)} ms, ${megabytes() - before} MB`);
  return deserialize(bytes, { trustCode: true });
}

const [one, other] = [make(), make()];
strictEqual(time('a closure that only reads, first', one.read)(1), 9001);
strictEqual(time('later', other.read)(1), 9001);
strictEqual(time('an instance with private fields, first', one.c).p, 16_000);
strictEqual(time('later', other.c).p, 16_000);
const { inc, get } = time('closures that share a variable, first', { inc: one.inc, get: one.get });
strictEqual(inc(), get());
time('later', { inc: other.inc, get: other.get });
