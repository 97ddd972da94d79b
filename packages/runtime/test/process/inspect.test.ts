import { text } from 'node:stream/consumers';
import { getContext, type ProcessOptions } from '@mp/runtime';
import { tasks } from '../support/contexts.js';

const { Process, Pool } = getContext('spawn');

describe('a process with the option inspect', () => {
  test('can be debugged: Node says on standard error where', async () => {
    const child = new Process({ target: tasks.nothing, inspect: true, output: 'pipe' });
    await child.start();
    const said = await text(child.stderr as NonNullable<typeof child.stderr>);
    await child.join();
    expect(child.exitCode).toBe(0);
    expect(said).toMatch(/Debugger listening on ws:\/\/127\.0\.0\.1:\d+\//);
  });

  test('of false has no inspector', async () => {
    const child = new Process({ target: tasks.nothing, inspect: false, output: 'pipe' });
    await child.start();
    expect(await text(child.stderr as NonNullable<typeof child.stderr>)).toBe('');
    await child.join();
  });

  test.each([-1, 1.5, 65_536, 'brk', null])('of %p is refused', async (inspect) => {
    const child = new Process({ target: tasks.nothing, inspect: inspect as ProcessOptions['inspect'] });
    await expect(child.start()).rejects.toMatchObject({
      code: 'MP_ARGUMENT',
      message: `The option inspect is a boolean, a port or 'wait', not ${JSON.stringify(inspect)}.`,
    });
  });

  test('is refused where its start method has no inspector of its own', async () => {
    const child = new (getContext('thread').Process)({ target: tasks.nothing, inspect: true });
    await expect(child.start()).rejects.toMatchObject({
      code: 'MP_ARGUMENT',
      message: expect.stringMatching(/^The option inspect has no effect on a child started by thread: .*--inspect/),
    });
  });
});

describe('a pool with the option inspect', () => {
  test('has a free port for each worker', async () => {
    await using pool = new Pool({ processes: 2, inspect: true });
    expect(await pool.apply(tasks.square, [3])).toBe(9);
  });

  test('cannot have one port for two workers', () => {
    expect(() => new Pool({ processes: 2, inspect: 9229 })).toThrow(expect.objectContaining({ code: 'MP_ARGUMENT' }));
  });
});
