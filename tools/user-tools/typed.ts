import { Pool, Process } from '@mp/runtime';

class Greeter extends Process {
  declare readonly who: string;

  override run(): void {
    console.log(`hello from ${this.name}`);
  }
}

const base: number = 40;
const pool = new Pool(2);
console.log(JSON.stringify(await pool.map((x: number): number => x + base, [1, 2])));
pool.close();
await pool.join();
const greeter = new Greeter({ name: 'greeter' });
await greeter.start();
await greeter.join();
console.log(`exit ${greeter.exitCode}`);
