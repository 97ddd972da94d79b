import { contexts, tasks } from '../support/contexts.js';

describe.each(contexts.filter(([name, , method]) => name === method))('a thenable by %s', (_, context) => {
  test.each(['call', 'getter', 'reject'] as const)(
    'that fails (%s) fails its task, and not its worker',
    async (how) => {
      await using pool = new context.Pool(1);
      const worker = await pool.apply(tasks.whoAmI);
      await expect(pool.apply(tasks.failingThenable, [how])).rejects.toMatchObject({ message: how });
      await expect(pool.map(tasks.failingThenable, [how])).rejects.toMatchObject({ message: how });
      expect(await pool.apply(tasks.whoAmI)).toBe(worker);
    },
  );
});
