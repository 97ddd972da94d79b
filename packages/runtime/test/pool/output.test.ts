import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { getContext, getLogger, type LogRecord, type WorkerOutput } from '@mp/runtime';
import { contexts, tasks } from '../support/contexts.js';

describe.each(contexts)('what %s workers write', (_name, context) => {
  test('comes line by line, with the worker and the task, and before the result of the task (pain 23)', async () => {
    const lines: WorkerOutput[] = [];
    await using pool = new context.Pool({ processes: 1, name: 'Writer', onOutput: (line) => lines.push(line) });
    await pool.apply(tasks.nothing);
    expect(await pool.apply(tasks.say, ['lunch'])).toBe('lunch');
    const by = { worker: expect.stringMatching(/^Writer-\d+$/), pid: expect.any(Number), task: 2 };
    expect(lines).toEqual([
      { ...by, stream: 'stdout', text: 'lunch' },
      { ...by, stream: 'stderr', text: 'lunch failed' },
      { ...by, stream: 'stdout', text: 'lunch in parts' },
    ]);
  });

  test('comes although the task ends its worker, to the last word', async () => {
    const lines: string[] = [];
    await using pool = new context.Pool({ processes: 1, onOutput: ({ text: line }) => lines.push(line) });
    await expect(pool.apply(tasks.sayAndExit, ['so long'])).rejects.toMatchObject({ exitCode: 3 });
    expect(lines).toEqual(['so long', 'last words']);
  });

  test('disturbs nobody when whoever hears it throws', async () => {
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    await using pool = new context.Pool({
      processes: 1,
      onOutput: () => {
        throw new Error('deaf');
      },
    });
    expect(await pool.apply(tasks.say, ['hello'])).toBe('hello');
    expect((await warned).message).toBe('deaf');
  });

  test('their logger says goes to the handlers of this one, with the worker and the task', async () => {
    const logger = getLogger();
    const before = logger.level;
    logger.level = 'info';
    const records: LogRecord[] = [];
    const remove = logger.addHandler((record) => records.push(record));
    try {
      await using pool = new context.Pool({ processes: 1, name: 'Logger' });
      expect(await pool.apply(tasks.logSomething, ['from a task'])).toBe('info');
      const child = new context.Process({ target: tasks.logSomething as never, args: ['from a process'] as never });
      await child.start();
      await child.join();
    } finally {
      remove();
      logger.level = before;
    }
    const said = records.filter(({ message }) => message.startsWith('from') || message === 'unheard');
    expect(said).toEqual([
      expect.objectContaining({
        level: 'info',
        message: 'from a task',
        processName: expect.stringMatching(/^Logger-/),
        task: 1,
      }),
      expect.objectContaining({
        level: 'info',
        message: 'from a process',
        processName: expect.stringMatching(/^Proc/),
      }),
    ]);
  });
});

test.each(['spawn', 'thread'])(
  'with the option "tagged", lines by %s are written with who wrote them',
  async (method) => {
    const program = fileURLToPath(new URL('../../test/fixtures/tagged-output.mjs', import.meta.url));
    const child = spawn(process.execPath, [program, method], { stdio: ['ignore', 'pipe', 'pipe'] });
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect(stdout).toBe('[Writer-1 task 1] child is done\n');
    expect(stderr).toBe('[Writer-1 task 1] with an error\n');
  },
);

test('an output that there is not is refused, with those that there are', () => {
  const { Pool } = getContext('thread');
  expect(() => new Pool({ output: 'pipe' as never })).toThrow(/option output is one of 'inherit', 'ignore', 'tagged'/);
  expect(() => new Pool({ onOutput: 'stdout' as never })).toThrow(expect.objectContaining({ code: 'MP_ARGUMENT' }));
});
