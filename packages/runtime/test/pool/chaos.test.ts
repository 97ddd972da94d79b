import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { activeChildren } from '@mp/runtime';
import { chaosRound } from '../support/chaos.js';
import { startMethods } from '../support/start-methods.js';

const ROUND = { seed: 7, count: 1500 };
const descriptors = () => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0);
const files = () => readdirSync(tmpdir()).filter((name) => name.startsWith(`mp-progress-${process.pid}-`));

// A long run over many seeds: `npm run soak`.
describe.each(startMethods)('while workers by %s are killed at random', (method) => {
  test('with retries, every task is answered with its value, once', async () => {
    const report = await chaosRound({ ...ROUND, method, retries: 1000 });
    expect(report).toMatchObject({ answered: ROUND.count, failed: 0, cancelled: 0 });
    expect(report.died).toBeGreaterThan(0);
  }, 60_000);

  test('without, every task is answered or fails with the reason, and nothing is left behind', async () => {
    await chaosRound({ ...ROUND, method, retries: 0, count: 100 });
    const before = descriptors();
    const report = await chaosRound({ ...ROUND, method, retries: 0 });
    expect(report.answered + report.failed + report.cancelled).toBe(ROUND.count);
    expect(report.answered).toBeGreaterThan(ROUND.count / 2);
    expect(report.failed).toBeGreaterThan(0);
    expect(activeChildren()).toEqual([]);
    expect(files()).toEqual([]);
    expect(descriptors() - before).toBeLessThanOrEqual(2);
  }, 60_000);
});
