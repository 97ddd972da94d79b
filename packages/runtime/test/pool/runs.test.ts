import { contexts, tasks } from '../support/contexts.js';

// Tasks of one function with a number each are delivered, run and answered together: none may notice.
describe.each(contexts)('many small tasks in a pool of %s workers', (_method, context) => {
  test('each gets its own answer, whatever the ones beside it return or throw', async () => {
    await using pool = new context.Pool(2);
    const inputs = Array.from({ length: 3000 }, (_, i) => i);
    const results = await Promise.allSettled(inputs.map((i) => pool.apply(tasks.answerVariously, [i])));
    for (const i of inputs) {
      const result = results[i] as PromiseSettledResult<unknown>;
      if (i % 8 === 7)
        expect(result).toMatchObject({ status: 'rejected', reason: expect.objectContaining({ message: `no ${i}` }) });
      else expect(result).toEqual({ status: 'fulfilled', value: tasks.answerOf(i) });
    }
  });

  test('each knows its own number and may report how far it is', async () => {
    await using pool = new context.Pool({ processes: 1 });
    const inputs = Array.from({ length: 500 }, (_, i) => i);
    const ids = await Promise.all(inputs.map((i) => pool.apply(tasks.idOfTask, [i])));
    expect(new Set(ids).size).toBe(inputs.length);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
  });

  test('an error that asks for the current task while it is written does not stop the tasks behind it', async () => {
    await using pool = new context.Pool({ processes: 1 });
    const inputs = Array.from({ length: 100 }, (_, i) => i);
    const results = await Promise.allSettled(inputs.map((i) => pool.apply(tasks.throwAsker, [i])));
    const messages = results.map((result) => (result as PromiseRejectedResult).reason.message);
    expect(messages).toEqual(inputs.map((i) => `${i} false`));
  });

  test('map gives each item its own answer, whatever the ones beside it return', async () => {
    await using pool = new context.Pool(2);
    const inputs = Array.from({ length: 3000 }, (_, i) => i).filter((i) => i % 8 !== 7);
    expect(await pool.map(tasks.answerVariously, inputs)).toEqual(inputs.map(tasks.answerOf));
    const all = Array.from({ length: 64 }, (_, i) => i);
    await expect(pool.map(tasks.answerVariously, all, { chunkSize: 32 })).rejects.toThrow('no 7');
    const squares = Array.from({ length: 40_000 }, (_, i) => i % 1000);
    expect(await pool.map(tasks.square, squares, { chunkSize: 10_000 })).toEqual(squares.map(tasks.square));
  });

  test('starmap over numbers, which are no lists of arguments, fails', async () => {
    await using pool = new context.Pool(1);
    await expect(pool.starmap(tasks.add, [1, 2] as never)).rejects.toThrow(TypeError);
  });

  test('map gives back numbers of every kind, and a list that is an array', async () => {
    await using pool = new context.Pool(2);
    for (const inputs of [
      [1, 2, 3],
      [-0, 1],
      [1, 0.5],
      [2 ** 31 - 1, -(2 ** 31)],
      [2 ** 31],
      [1, undefined],
      [Number.NaN],
    ]) {
      const results = await pool.map(tasks.identity, inputs);
      expect(Array.isArray(results)).toBe(true);
      expect(results).toEqual(inputs);
    }
  });
});
