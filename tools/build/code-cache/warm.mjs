// Does once what most programs begin with, so that the first program that uses the packages finds their code compiled.
// Caches are written when a process ends, the latest.
import { getContext } from '@mp/runtime';
import { deserialize, serialize } from '@mp/serialize';

class Base {
  #count = 1;
  next() {
    return this.#count++;
  }
}

const captured = { list: [1, 'two', new Date(0)], map: new Map([[1, new Set(['x'])]]) };
const values = [(x) => [x, captured], class Derived extends Base {}, new Base(), captured];
for (const value of values) deserialize(serialize(value), { trustCode: true });

for (const method of ['spawn', 'thread']) {
  const pool = new (getContext(method).Pool)({ processes: 1 });
  await pool.apply((x) => x + captured.list.length, [1]);
  await pool.map((x) => [x], [1, 2, 3]);
  await pool.close();
  await pool.join();
}
