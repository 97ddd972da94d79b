import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { getContext } from '@mp/runtime';
import { tasks } from '../support/contexts.js';
import { Debugger } from '../support/debugger.js';

const { Process, Pool, Pipe } = getContext('spawn');

describe("a process with the option inspect: 'wait'", () => {
  test('begins when a debugger has attached and lets it', async () => {
    const [here, there] = Pipe();
    const child = new Process({ target: tasks.sendOn, args: [there, 'began'], inspect: 'wait', output: 'pipe' });
    await child.start();
    const lines = createInterface({ input: child.stderr as NonNullable<typeof child.stderr> });
    const url = await new Promise<string>((resolve) => {
      lines.on('line', (line) => {
        const found = /ws:\/\/\S+/.exec(line)?.[0];
        if (found !== undefined) resolve(found);
      });
    });
    // Another child that does not wait comes and goes in the meantime.
    const other = new Process({ target: tasks.nothing });
    await other.start();
    await other.join();
    expect(await here.poll(0)).toBe(false);
    expect(child.exitCode).toBeUndefined();

    const attached = await Debugger.attach(url);
    attached.command('Runtime.runIfWaitingForDebugger');
    expect(await here.recv()).toBe('began');
    attached.end();
    await child.join();
    expect(child.exitCode).toBe(0);
  });

  test('that nobody attaches to can be ended', async () => {
    const child = new Process({ target: tasks.nothing, inspect: 'wait', output: 'pipe' });
    await child.start();
    await once(child.stderr as NonNullable<typeof child.stderr>, 'data');
    child.terminate();
    await child.join();
    expect(child.exitCode).toBe(-15);
  });
});

test('a pool whose workers wait for a debugger can be terminated: its tasks fail', async () => {
  const pool = new Pool({ processes: 1, inspect: 'wait', output: 'ignore' });
  const result = pool.apply(tasks.square, [2]);
  pool.terminate();
  await expect(result).rejects.toMatchObject({ code: 'MP_TERMINATED' });
  await pool.join();
});
