import { Scheduler, type WorkerState } from '../../dist/pool/scheduler.js';
import { quick, slow, type TestJob, World } from '../support/scheduler-world.js';

test('starts the minimum of workers at once, and more only for waiting jobs', () => {
  const world = new World({ minWorkers: 1, maxWorkers: 3 });
  expect(world.workers).toHaveLength(1);
  world.submit(world.job());
  expect(world.workers).toHaveLength(1);
  world.submit(world.job(), world.job(), world.job());
  expect(world.workers).toHaveLength(3);
});

test('gives a job to the worker that was busy last', () => {
  const world = new World().ready();
  const [a, b] = [world.job(), world.job()];
  world.submit(a);
  const first = world.log[0]?.worker as WorkerState<TestJob>;
  world.finish(first, a);
  world.submit(b);
  expect(world.log[1]?.worker).toBe(first);
});

test('a run of jobs that was done leaves room for as many, and what is not known of it is told apart', () => {
  const world = new World({ minWorkers: 1, maxWorkers: 1 }).ready();
  const form = {};
  const pace = quick();
  const jobs = Array.from({ length: 4 }, () => world.job({ pace, form }));
  world.submit(...jobs);
  const worker = world.log[0]?.worker as WorkerState<TestJob>;
  world.finish(worker, world.log[0]?.jobs[1] as TestJob);
  const sent = world.log.flatMap((delivery) => delivery.jobs);
  const done = world.scheduler.settledRun(worker, 0, sent.length + 1);
  expect(done).toEqual([sent[0], undefined, ...sent.slice(2), undefined]);
  expect(sent.every(({ sequence }) => sequence === -1)).toBe(true);
  expect([worker.inHand.size, world.scheduler.idleCount]).toEqual([0, 1]);
});

test('sends jobs of unknown duration one by one', () => {
  const world = new World().ready();
  world.submit(...Array.from({ length: 10 }, () => world.job()));
  expect(world.log.map(({ jobs }) => jobs.length)).toEqual([1, 1]);
});

test('sends short jobs together, and leaves half of the rest for whoever is done first', () => {
  const world = new World().ready();
  const pace = quick();
  world.submit(...Array.from({ length: 100 }, () => world.job({ pace })));
  expect(world.log[0]?.jobs.length).toBeGreaterThan(10);
  expect(world.log[0]?.jobs.length).toBeLessThanOrEqual(25);
});

test('never lets a job wait behind a long one', () => {
  const world = new World().ready();
  const pace = slow();
  world.submit(...Array.from({ length: 10 }, () => world.job({ pace })));
  expect(world.log.map(({ jobs }) => jobs.length)).toEqual([1, 1]);
});

test('gives an exclusive job a worker of its own', () => {
  const world = new World({ minWorkers: 1, maxWorkers: 1, concurrency: 8 }).ready();
  const pace = quick();
  const exclusive = world.job({ isExclusive: true, pace });
  world.submit(world.job({ pace }), exclusive, world.job({ pace }));
  expect(exclusive.sent).toBe(0);
  const [worker] = world.workers as [WorkerState<TestJob>];
  world.finish(worker, world.log[0]?.jobs[0] as TestJob);
  expect(exclusive.sent).toBe(1);
  expect([...worker.inHand.values()]).toEqual([exclusive]);
});

test('serves higher priorities first, and the same priority in order', () => {
  const world = new World({ minWorkers: 1, maxWorkers: 1 });
  const jobs = [0, 5, 0, 5].map((priority) => world.job({ priority, pace: slow() }));
  world.submit(...jobs);
  world.ready();
  const [worker] = world.workers as [WorkerState<TestJob>];
  const order: number[] = [];
  for (let i = 0; i < 4; i++) {
    const job = [...worker.inHand.values()][0] as TestJob;
    order.push(job.id);
    world.finish(worker, job);
  }
  expect(order).toEqual([1, 3, 0, 2]);
});

test('retires a worker after its share of jobs, and starts another one', () => {
  const world = new World({ minWorkers: 1, maxWorkers: 1, maxJobsPerWorker: 2 }).ready();
  const jobs = [world.job({ pace: quick() }), world.job({ pace: quick() }), world.job({ pace: quick() })];
  world.submit(...jobs);
  const [worker] = world.workers as [WorkerState<TestJob>];
  for (const job of [...worker.inHand.values()]) world.finish(worker, job);
  for (const job of [...worker.inHand.values()]) world.finish(worker, job);
  expect(world.retired.has(worker)).toBe(true);
  expect(world.workers).toHaveLength(2);
  expect(jobs[2]?.sent).toBe(0);
});

test('drops a job that was cancelled while it waited', () => {
  const world = new World({ minWorkers: 1, maxWorkers: 1 });
  const job = world.job();
  world.submit(job);
  job.isCancelled = true;
  world.ready();
  expect(job.sent).toBe(0);
  expect(world.scheduler.waiting).toBe(0);
});

test('keeps the jobs of one key in one worker until it is gone', () => {
  const world = new World().ready();
  const jobs = Array.from({ length: 6 }, () => world.job({ affinity: 'k', pace: quick() }));
  world.submit(...jobs);
  expect(new Set(world.log.map(({ worker }) => worker)).size).toBe(1);
  const home = world.log[0]?.worker as WorkerState<TestJob>;
  const lost = world.scheduler.workerGone(home);
  world.scheduler.addFirst(lost);
  world.scheduler.pump();
  expect(jobs.every(({ sent }) => sent === 2)).toBe(true);
});

test('a job of higher priority overtakes those of a key', () => {
  const world = new World({ minWorkers: 1, maxWorkers: 1 }).ready();
  const [first, low, high, highOfKey] = [
    world.job({ affinity: 'k', pace: slow() }),
    world.job({ affinity: 'k', pace: slow() }),
    world.job({ priority: 1, pace: slow() }),
    world.job({ priority: 2, affinity: 'k', pace: slow() }),
  ] as const;
  world.submit(first, low);
  world.submit(high);
  world.submit(highOfKey);
  const [worker] = world.workers as [WorkerState<TestJob>];
  for (const job of [first, highOfKey, high]) world.finish(worker, job);
  expect(world.log.flatMap(({ jobs }) => jobs)).toEqual([first, highOfKey, high, low]);
});

test('jobs of the same priority and key keep their order among others', () => {
  const world = new World({ minWorkers: 1, maxWorkers: 1 });
  const jobs = Array.from({ length: 12 }, (_, i) =>
    world.job({ affinity: i % 3 === 0 ? undefined : 'k', pace: quick() }),
  );
  world.submit(...jobs);
  world.ready();
  const [worker] = world.workers as [WorkerState<TestJob>];
  for (let job = [...worker.inHand.values()][0]; job !== undefined; job = [...worker.inHand.values()][0])
    world.finish(worker, job);
  const order = world.log.flatMap(({ jobs: sent }) => sent).filter(({ affinity }) => affinity === 'k');
  expect(order).toEqual(jobs.filter(({ affinity }) => affinity === 'k'));
});

test('a key of its own has a worker of its own, where there may be more', () => {
  const world = new World({ minWorkers: 0, maxWorkers: 3 });
  world.submit(...['a', 'b', 'c', 'd'].map((affinity) => world.job({ affinity, pace: slow() })));
  expect(world.workers).toHaveLength(3);
  world.ready();
  expect(world.log.map(({ jobs }) => jobs.map(({ affinity }) => affinity))).toEqual([['a'], ['b'], ['c']]);
});

test('a job for one worker alone never runs in another one', () => {
  const world = new World().ready();
  const [a, b] = world.workers as [WorkerState<TestJob>, WorkerState<TestJob>];
  const [busy, pinned] = [world.job({ pace: slow(), affinity: 'k' }), world.job({ pace: slow() })];
  world.submit(busy);
  const [home, other] = busy.sequence >= 0 && a.inHand.size > 0 ? [a, b] : [b, a];
  world.scheduler.addFor(home, pinned);
  world.scheduler.pump();
  expect(world.scheduler.workerGone(home)).toEqual([busy, pinned]);
  world.scheduler.pump();
  expect(other.inHand.size).toBe(0);
  expect(world.scheduler.waiting).toBe(0);
});

test('a worker that has had its share of jobs is given what is for it alone before it leaves', () => {
  const world = new World({ minWorkers: 1, maxWorkers: 1, maxJobsPerWorker: 1 }).ready();
  const [worker] = world.workers as [WorkerState<TestJob>];
  const [busy, pinned] = [world.job({ pace: slow() }), world.job({ pace: slow() })];
  world.submit(busy);
  world.scheduler.addFor(worker, pinned);
  world.finish(worker, busy);
  expect([...worker.inHand.values()]).toEqual([pinned]);
  expect(world.retired.has(worker)).toBe(false);
  world.finish(worker, pinned);
  expect(world.retired.has(worker)).toBe(true);
});

test('a hundred thousand priorities, each used once, are no quadratic matter', () => {
  let sent = 0;
  const limits = { minWorkers: 1, maxWorkers: 1, concurrency: 1, maxJobsPerWorker: Number.POSITIVE_INFINITY };
  const scheduler = new Scheduler<TestJob>(limits, {
    send: (_, jobs) => {
      sent += jobs.length;
    },
    startWorker: () => {},
    retire: () => {},
  });
  const worker = scheduler.addWorker();
  scheduler.workerReady(worker);
  const world = new World();
  const pace = quick();
  const before = process.cpuUsage();
  for (let i = 0; i < 100_000; i++) scheduler.add([world.job({ priority: -i, pace })]);
  for (scheduler.pump(); worker.inHand.size > 0; scheduler.pump()) scheduler.settled(worker, worker.inHand.values());
  expect(sent).toBe(100_000);
  // A second or two of the processor's time, which is ours however busy the machine is; quadratic, it would be minutes.
  expect(process.cpuUsage(before).user / 1e6).toBeLessThan(20);
});
