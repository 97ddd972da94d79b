import { readdirSync } from 'node:fs';
import { getContext } from '@mp/runtime';
import { tasks } from '../support/contexts.js';
import { startMethods } from '../support/start-methods.js';

// The kernel's list, which other systems have elsewhere.
const FOLDER = '/proc/self/fd';
const describeHere = process.platform === 'linux' ? describe : describe.skip;

describeHere('processes that have ended leave no descriptor open in their parent', () => {
  test.each(startMethods)('by %s', async (method) => {
    const context = getContext(method);
    const runOne = async (): Promise<void> => {
      const [here, there] = context.Pipe();
      const child = new context.Process({ target: tasks.sendOn, args: [there, 'sent'] });
      await child.start();
      expect(await here.recv()).toBe('sent');
      await child.join();
      await here.close();
    };
    const openNow = (): readonly string[] => readdirSync(FOLDER);
    // What is opened once: a fork server, the socket by which others come.
    await runOne();
    const before = openNow().length;
    for (let i = 0; i < 4; i++) await runOne();
    // Sockets close in a later turn of the loop.
    const deadline = Date.now() + 5000;
    while (openNow().length > before && Date.now() < deadline) await new Promise((resolve) => setImmediate(resolve));
    expect(openNow().length).toBeLessThanOrEqual(before);
  });
});
