import fc from 'fast-check';
import { Pace } from '../../dist/pool/pace.js';
import type { SchedulerLimits } from '../../dist/pool/scheduler.js';
import { quick, slow, type TestJob, World } from '../support/scheduler-world.js';

// Whatever happens in whatever order: no job is lost, none is in two places, nobody who is gone receives any, and
// nothing waits while somebody is idle.
test('keeps its invariants through any history', () => {
  const event = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        type: fc.constant('submit' as const),
        n: fc.integer({ min: 1, max: 30 }),
        kind: fc.nat(4),
      }),
    },
    { weight: 8, arbitrary: fc.record({ type: fc.constant('finish' as const), n: fc.nat(50), kind: fc.nat(4) }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('ready' as const), n: fc.nat(50), kind: fc.nat(4) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('die' as const), n: fc.nat(50), kind: fc.nat(4) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('handBack' as const), n: fc.nat(50), kind: fc.nat(4) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('cancel' as const), n: fc.nat(500), kind: fc.nat(4) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('dismiss' as const), n: fc.nat(50), kind: fc.nat(4) }) },
  );
  const limits = fc.record({
    minWorkers: fc.integer({ min: 0, max: 2 }),
    maxWorkers: fc.integer({ min: 2, max: 4 }),
    concurrency: fc.integer({ min: 1, max: 3 }),
    maxJobsPerWorker: fc.constantFrom(1, 3, Number.POSITIVE_INFINITY),
  });
  fc.assert(
    fc.property(limits, fc.array(event, { maxLength: 60 }), (bounds, events) => {
      const world = new World(bounds);
      const { scheduler } = world;
      const paces = [quick(), slow(), new Pace(), quick(), quick()];
      // Jobs of a kind are of one form, except where each has an affinity of its own.
      const forms = [{}, {}, {}, {}, undefined];
      const alive = new Set<TestJob>();
      const living = () => world.workers.filter(({ state }) => state !== 'gone');
      const pick = <T>(list: readonly T[], n: number): T | undefined => list[n % Math.max(1, list.length)];
      const takeFrom = (n: number) => {
        const worker = pick(
          living().filter(({ inHand }) => inHand.size > 0),
          n,
        );
        return { worker, jobs: worker === undefined ? [] : [...worker.inHand.values()] };
      };
      for (const { type, n, kind } of events) {
        if (type === 'submit')
          for (let i = 0; i < n; i++) {
            const job = world.job({
              pace: paces[kind] as Pace,
              form: forms[kind],
              priority: kind % 2,
              isExclusive: kind === 3,
              affinity: kind === 4 ? i % 3 : undefined,
            });
            alive.add(job);
            scheduler.add([job]);
          }
        if (type === 'finish') {
          const { worker, jobs } = takeFrom(n);
          const job = pick(jobs, n);
          if (worker !== undefined && job !== undefined) {
            alive.delete(job);
            world.finish(worker, job);
          }
        }
        if (type === 'handBack') {
          const { worker, jobs } = takeFrom(n);
          const back = jobs.slice(1);
          if (worker !== undefined) scheduler.settled(worker, back);
          scheduler.addFirst(back.filter(({ isCancelled }) => !isCancelled));
        }
        if (type === 'ready') {
          const worker = pick(
            living().filter(({ state }) => state === 'starting'),
            n,
          );
          if (worker !== undefined) scheduler.workerReady(worker);
        }
        if (type === 'die') {
          const worker = pick(living(), n);
          if (worker !== undefined)
            scheduler.addFirst(scheduler.workerGone(worker).filter(({ isCancelled }) => !isCancelled));
        }
        if (type === 'dismiss') {
          const worker = pick(living(), n);
          if (worker !== undefined) scheduler.dismiss(worker);
        }
        if (type === 'cancel') {
          const job = pick([...alive], n);
          if (job !== undefined) {
            job.isCancelled = true;
            alive.delete(job);
          }
        }
        scheduler.pump();
        check(world, alive, bounds);
      }
      // In the end everything is done, if only workers come and work.
      for (let round = 0; alive.size > 0; round++) {
        expect(round).toBeLessThan(10_000);
        for (const worker of living()) {
          scheduler.workerReady(worker);
          for (const job of [...worker.inHand.values()]) {
            alive.delete(job);
            world.finish(worker, job);
          }
          if (worker.state === 'leaving' || world.retired.has(worker)) scheduler.workerGone(worker);
        }
        scheduler.pump();
      }
    }),
    { numRuns: 300 },
  );
});

function check({ scheduler, workers }: World, alive: ReadonlySet<TestJob>, { maxWorkers }: SchedulerLimits): void {
  const held = workers.filter(({ state }) => state !== 'gone').flatMap(({ inHand }) => [...inHand.values()]);
  expect(new Set(held).size).toBe(held.length);
  const waiting = [...alive].filter((job) => !held.includes(job));
  expect(scheduler.waiting).toBeGreaterThanOrEqual(waiting.length);
  expect(scheduler.size).toBeLessThanOrEqual(maxWorkers);
  const free = waiting.filter(({ affinity }) => affinity === undefined);
  if (free.length > 0) expect(scheduler.idleCount).toBe(0);
}
