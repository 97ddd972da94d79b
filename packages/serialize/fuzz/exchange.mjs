// Lets every installed version of Node read what every other wrote, over random graphs, after a build:
// `node packages/serialize/fuzz/exchange.mjs [rounds] [seed]`. Fails where anything arrives differently.

import { installed, read, write } from '../dist-test/support/exchange.js';

const rounds = Number(process.argv[2] ?? 10);
const first = Number(process.argv[3] ?? Date.now() % 1e9);
const GRAPHS = 500;
const versions = [...installed()];
console.log(`${versions.map(([name]) => name).join(', ')}; ${rounds} rounds of ${GRAPHS} graphs, from seed ${first}`);

for (let round = 0; round < rounds; round++) {
  const exchange = { seed: first + round, graphs: GRAPHS };
  const written = [];
  for (const [, executable] of versions) written.push(await write(executable, exchange));
  for (const [name, executable] of versions) {
    const problems = await read(executable, exchange, written);
    if (problems.length === 0) continue;
    console.error(`${name}, seed ${exchange.seed}:\n${problems.slice(0, 10).join('\n')}`);
    process.exitCode = 1;
  }
}
console.log(process.exitCode === 1 ? 'differences' : 'all arrived as they were');
