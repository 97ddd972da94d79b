// What a child of the fork server costs until its first message: `npm run measure -- 20`, in packages/runtime. Medians.
import { readFileSync } from 'node:fs';
import { getContext } from '@mp/runtime';

const COUNT = Number(process.argv[2] ?? 20);
/** The first children find less of the server's memory shared. */
const SETTLING = 2;
const context = getContext('forkserver');
const samples = [];
for (let i = 0; i < COUNT + SETTLING; i++) {
  const [here, there] = context.Pipe();
  const begun = performance.now();
  const child = new context.Process({ target: answer, args: [there] });
  await child.start();
  const { cpuMs, faults } = await here.recv();
  const wallMs = performance.now() - begun;
  const read = (name) => readFileSync(`/proc/${child.pid}/${name}`, 'utf8');
  samples.push({
    'wall, ms': wallMs,
    'processor time until the target, ms': cpuMs,
    'processor time until the message, ms': Number(read('schedstat').split(' ')[0]) / 1e6,
    'page faults until the target': faults,
    'private memory, KB': Number(/Private_Dirty:\s+(\d+)/.exec(read('smaps_rollup'))[1]),
  });
  await here.send('end');
  await child.join();
}
console.log(process.version);
for (const name of Object.keys(samples[0])) {
  const values = samples
    .slice(SETTLING)
    .map((sample) => sample[name])
    .sort((a, b) => a - b);
  console.log(`${values[values.length >> 1].toFixed(1).padStart(8)}  ${name}`);
}
process.exit();

async function answer(end) {
  const { userCPUTime, systemCPUTime, minorPageFault } = process.resourceUsage();
  await end.send({ cpuMs: (userCPUTime + systemCPUTime) / 1000, faults: minorPageFault });
  await end.recv();
}
