import { contexts, tasks } from '../support/contexts.js';

/** More than a worker writes to its progress record before it maps the file. */
const MANY = 1500;

test.each(contexts)(
  'a worker (%s) that shares a file of an odd length with its pool goes on recording',
  async (_name, context) => {
    await using pool = new context.Pool(1);
    const bytes = new Uint8Array(70_001).fill(7);

    expect(await pool.apply(tasks.identity, [bytes])).toEqual(bytes);
    for (let i = 0; i < MANY; i++) expect(await pool.apply(tasks.square, [i])).toBe(i * i);

    expect(pool.stats().started).toBe(1);
  },
);
