// A program of 5000 scripts: how long captures in it take.
import { strictEqual } from 'node:assert';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout } from 'node:timers/promises';
import { deserialize, serialize } from '@mp/serialize';

const require = createRequire(import.meta.url);
mkdirSync('many');
const made = Array.from({ length: 5000 }, (_, i) => {
  writeFileSync(
    `many/m${i}.cjs`,
    `exports.f${i} = () => ${i};\nexports.make = (k) => { let c = k; return { inc: () => ++c, get: () => c, add: (x) => x + k }; };\n`,
  );
  return require(`./many/m${i}.cjs`);
});

function time(name, value) {
  const start = performance.now();
  const bytes = serialize(value);
  console.log(`${name}: ${(performance.now() - start).toFixed(1)} ms`);
  return deserialize(bytes, { trustCode: true });
}

strictEqual(time('a closure, first', made[100].make(1).add)(1), 2);
strictEqual(time('of the same script, later', made[100].make(2).add)(1), 3);
strictEqual(time('of another script', made[200].make(3).add)(1), 4);
strictEqual(time('closures that share a variable', made[300].make(4)).inc(), 5);
strictEqual(time('an export', made[400].f400), made[400].f400);
// The list of scripts is let go of when nothing asked for a while.
await setTimeout(300);
strictEqual(time('after a pause, of another script', made[500].make(5).add)(1), 6);
