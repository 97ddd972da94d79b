// A program as users bundle it: a pool with a closure, and a process of a class of its own.
import { freezeSupport, Pool, Process } from '@mp/runtime';

async function main() {
  const base = 40;
  const pool = new Pool(2);
  console.log(JSON.stringify(await pool.map((x) => x + base, [1, 2])));
  pool.close();
  await pool.join();
  class Greeter extends Process {
    run() {
      console.log(`hello from ${this.name}`);
    }
  }
  const process = new Greeter({ name: 'greeter' });
  await process.start();
  await process.join();
  console.log(`exit ${process.exitCode}`);
}

if (!freezeSupport()) main();
