// Pools inside the workers of other pools: together they have no more workers at work than the family's budget.
import { setWorkerBudget } from '@mp/runtime';
import { contexts, tasks } from '../support/contexts.js';

describe.each(contexts.filter(([name, , method]) => name === method))('nested pools by %s', (_name, context) => {
  afterEach(() => setWorkerBudget(undefined));

  test('take what the budget has left', async () => {
    setWorkerBudget(3);
    await using pool = new context.Pool(1);
    expect(await pool.apply(tasks.countNestedWorkers, [20, 100])).toBe(3);
  });

  test('have one worker each where all workers of the family are busy', async () => {
    setWorkerBudget(2);
    await using pool = new context.Pool(2);
    await pool.broadcast(tasks.nothing);
    const counts = await Promise.all([1, 2].map(() => pool.apply(tasks.countNestedWorkers, [10, 50])));
    // Whoever is the last may have more, when the other one is done.
    expect(Math.min(...counts)).toBe(1);
  });

  test('give back what they had, and take it again', async () => {
    setWorkerBudget(2);
    await using pool = new context.Pool(1);
    for (let i = 0; i < 2; i++) expect(await pool.apply(tasks.countNestedWorkers, [10, 50])).toBe(2);
  });

  test('give back what they had when their worker dies', async () => {
    setWorkerBudget(2);
    await using pool = new context.Pool(1);
    await expect(pool.apply(tasks.dieWithNestedWorkers)).rejects.toMatchObject({ code: 'MP_WORKER_DIED' });
    expect(await pool.apply(tasks.countNestedWorkers, [10, 50])).toBe(2);
  });

  test('ask through their parents, however deep they are', async () => {
    setWorkerBudget(3);
    await using pool = new context.Pool(1);
    // Those above it wait, and leave their CPUs to it.
    expect(await pool.apply(tasks.nestTwice)).toBe(3);
  });

  test('have as many workers as they are told to have', async () => {
    setWorkerBudget(1);
    await using pool = new context.Pool(1);
    expect(await pool.apply(tasks.countNestedWorkers, [10, 20, 3])).toBe(3);
  });
});

test('a budget of nothing is refused', () => {
  expect(() => setWorkerBudget(0)).toThrow(
    expect.objectContaining({ code: 'MP_ARGUMENT', message: 'The option budget is a number of at least 1, not 0.' }),
  );
});
