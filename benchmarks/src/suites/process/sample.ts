// One sample of the suite `runtime/process`.
import type { SampleRunner } from '../../harness/model.js';
import { outcomeOf } from '../../harness/refusal.js';
import { median } from '../../harness/statistics.js';
import { onceMs } from '../../harness/timing.js';
import { startPeers } from './suite.js';

export const runProcessSample: SampleRunner = (_caseId, peerId, { size }) =>
  outcomeOf(async () => {
    const [start, importMs] = await onceMs(() => startPeers.find(({ id }) => id === peerId)!.load());
    const [earliest, first] = await onceMs(start);
    await earliest.join();
    const ready: number[] = [];
    const gone: number[] = [];
    const whole: number[] = [];
    for (let i = 0; i < (size === 'small' ? 2 : 7); i++) {
      const [started, readyMs] = await onceMs(start);
      const [, goneMs] = await onceMs(() => started.join());
      ready.push(readyMs);
      gone.push(goneMs);
      whole.push(readyMs + goneMs);
    }
    return { first, ready: median(ready), gone: median(gone), whole: median(whole), import: importMs };
  });
