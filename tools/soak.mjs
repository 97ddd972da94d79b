// Attacks pools for as long as is asked: `npm run soak -- --minutes 60 --method forkserver --seed 1`.
// Workers die at random, from inside and outside; a task that is not answered exactly once, a process, a file or a descriptor
// that is left behind, and memory that grows end the run with the seed that shows it.
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { build } from './build/build.mjs';

/** So much may a process grow, in bytes, after its first rounds: what V8 keeps for later is not a leak. */
const GROWTH_BYTES = 64 << 20;
const SETTLING_ROUNDS = 5;

export async function soak(args) {
  await build();
  const { chaosRound } = await import('../packages/runtime/dist-test/support/chaos.js');
  const { activeChildren, getAllStartMethods } = await import('@mp/runtime');
  const options = parse(args);
  const methods = options.method === undefined ? getAllStartMethods() : [options.method];
  const end = performance.now() + options.minutes * 60_000;
  const total = { rounds: 0, tasks: 0, answered: 0, failed: 0, cancelled: 0, died: 0 };
  let baseline;
  for (let seed = options.seed; performance.now() < end; seed++) {
    for (const method of methods) {
      const round = { method, seed, count: 500 + ((seed * 997) % 3000), retries: seed % 2 === 0 ? 1000 : 0 };
      try {
        const report = await chaosRound(round);
        total.rounds++;
        total.tasks += round.count;
        for (const name of ['answered', 'failed', 'cancelled', 'died']) total[name] += report[name];
        if (activeChildren().length > 0) throw new Error(`${activeChildren().length} workers outlived their pool.`);
      } catch (error) {
        console.error(`Round failed: ${JSON.stringify(round)}`);
        throw error;
      }
    }
    const now = footprint();
    if (total.rounds === SETTLING_ROUNDS * methods.length) baseline = now;
    console.log(`seed ${seed}: ${JSON.stringify({ ...total, ...now })}`);
    if (baseline !== undefined) compare(baseline, now);
  }
  console.log(
    `\n${total.rounds} rounds, ${total.tasks} tasks, ${total.died} workers died, none lost, nothing left behind.`,
  );
}

function footprint() {
  globalThis.gc?.();
  return {
    rss: process.memoryUsage.rss(),
    descriptors: process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0,
    files: readdirSync(tmpdir()).filter((name) => name.startsWith(`mp-progress-${process.pid}-`)).length,
  };
}

function compare(before, now) {
  if (now.files > 0) throw new Error(`${now.files} files were left in ${tmpdir()}.`);
  if (now.descriptors > before.descriptors + 8)
    throw new Error(`There were ${before.descriptors} descriptors, and there are ${now.descriptors}.`);
  if (now.rss > before.rss + GROWTH_BYTES) throw new Error(`The process had ${before.rss} bytes, and has ${now.rss}.`);
}

function parse(args) {
  const options = { minutes: 10, seed: 1, method: undefined };
  for (let i = 0; i < args.length; i += 2) {
    const name = args[i].replace(/^--/, '');
    if (!Object.hasOwn(options, name)) throw new Error(`soak has no option ${args[i]}.`);
    options[name] = name === 'method' ? args[i + 1] : Number(args[i + 1]);
  }
  return options;
}
