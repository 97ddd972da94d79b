import { once } from 'node:events';
import { onceAborted } from '../../dist/platform/abort.js';

test('a listener that throws keeps none of the others from hearing of an abort, and its error is not lost', async () => {
  const controller = new AbortController();
  const heard: string[] = [];
  onceAborted(controller.signal, () => heard.push('first'));
  onceAborted(controller.signal, () => {
    throw new Error('the second fails');
  });
  onceAborted(controller.signal, () => heard.push('third'));
  const uncaught = once(process, 'uncaughtException');

  controller.abort();

  expect(heard).toEqual(['first', 'third']);
  expect(await uncaught).toEqual([new Error('the second fails'), 'uncaughtException']);
});

test('who no longer follows a signal does not hear of its abort, and who gave the same function twice hears once more', () => {
  const controller = new AbortController();
  let times = 0;
  const listener = () => {
    times += 1;
  };
  const leave = onceAborted(controller.signal, listener);
  onceAborted(controller.signal, listener);

  leave();
  controller.abort();

  expect(times).toBe(1);
});
