import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { fixture } from '../support/fixtures.js';

// Real processes, on a machine that may be busy.
jest.setTimeout(60_000);

// Node keeps account of the descriptors that a worker thread opens, and closes at its end those that it holds for forgotten.
test('a worker thread that has processes forked closes each descriptor by whom it was opened', async () => {
  const worker = new Worker(new URL(fixture('thread-client.mjs')));
  const [answer] = await once(worker, 'message');
  expect(answer).toEqual({ codes: [0, 0, 0], warnings: [] });
  const [code] = await once(worker, 'exit');
  expect(code).toBe(0);
});
