import fc from 'fast-check';
import { CellWriter } from '../../dist/channel/cells.js';
import { type DeliveredTask, TaskQueue, taskAt } from '../../dist/child/task-queue.js';
import { createForm, PoolTask, type TaskArgs, type TaskForm } from '../../dist/pool/task.js';
import { writeTasks } from '../../dist/pool/task-frame.js';
import { TASK_MODE } from '../../dist/protocol/pool-frames.js';

const owner = { cancel: () => {} };
const version = (id: number) => ({ id, name: 'f', pace: {} }) as unknown as TaskForm['version'];
const sink = { onValue: () => {}, onItems: () => {}, onError: () => {} };
const forms = [1, 2].map((id) => createForm(version(id), TASK_MODE.call, owner));
const chunks = createForm(version(3), TASK_MODE.map, owner);

const args: fc.Arbitrary<TaskArgs> = fc.oneof(
  { weight: 4, arbitrary: fc.integer() },
  fc.constantFrom(-0, 0.5, 2 ** 31, 'text', null, undefined, true),
  fc.array(fc.oneof(fc.integer(), fc.string()), { maxLength: 3 }).filter(({ length }) => length !== 1),
);
const item = fc.oneof(
  { weight: 5, arbitrary: fc.record({ form: fc.constantFrom(...forms), args, skip: fc.nat(1) }) },
  fc.record({
    form: fc.constant(chunks),
    args: fc.array(fc.integer(), { minLength: 1 }).map((numbers) => Int32Array.from(numbers)),
    skip: fc.nat(1),
  }),
);

/** What a worker sees of a task. */
function expected({ id, sequence, form, args: given }: PoolTask): DeliveredTask {
  const isList = Array.isArray(given);
  return {
    id,
    sequence,
    functionId: form.version.id,
    mode: form.mode,
    // The numbers of a chunk stay what they are.
    args: given instanceof Int32Array ? given : isList ? [...(given as readonly unknown[])] : [given],
  };
}

function takeAll(queue: TaskQueue): DeliveredTask[] {
  const all: DeliveredTask[] = [];
  for (let run = queue.head; run !== undefined; run = queue.head) all.push(taskAt(run, queue.step(run)));
  return all;
}

const frames = fc.record({
  first: fc.constantFrom(0, 2 ** 32 - 5),
  items: fc.array(item, { minLength: 1, maxLength: 40 }),
});

function fill(
  queue: TaskQueue,
  { first, items }: { first: number; items: (typeof item extends fc.Arbitrary<infer T> ? T : never)[] },
) {
  let id = 1;
  const tasks = items.map(({ form, args: given, skip }, i) => {
    id += skip + 1;
    const task = new PoolTask(id, form, given, sink);
    task.sequence = (first + i) >>> 0;
    return task;
  });
  const cells = new CellWriter();
  writeTasks(cells, tasks);
  const { body, buffers } = cells.take();
  queue.addFrame(body, buffers);
  return tasks;
}

test('a worker receives the tasks that were written, each with its number, function and arguments', () => {
  fc.assert(
    fc.property(frames, (frame) => {
      const queue = new TaskQueue();
      const tasks = fill(queue, frame);
      expect(queue.length).toBe(tasks.length);
      expect(takeAll(queue)).toEqual(tasks.map(expected));
      expect(queue.length).toBe(0);
    }),
  );
});

test('a task that is taken out is the only one that is missing, wherever in its run it was', () => {
  fc.assert(
    fc.property(frames, fc.array(fc.nat(50), { maxLength: 10 }), fc.nat(5), (frame, removed, begun) => {
      const queue = new TaskQueue();
      const tasks = fill(queue, frame);
      let left = tasks;
      for (let i = 0; i < begun; i++) {
        const run = queue.head;
        if (run === undefined) break;
        queue.step(run);
        left = left.slice(1);
      }
      for (const at of removed) {
        const sequence = (frame.first + at) >>> 0;
        const isThere = left.some((task) => task.sequence === sequence);
        expect(queue.remove(sequence)).toBe(isThere);
        left = left.filter((task) => task.sequence !== sequence);
      }
      expect(queue.length).toBe(left.length);
      expect(takeAll(queue)).toEqual(left.map(expected));
    }),
  );
});

test('a queue that is cleared names what it had, and has nothing', () => {
  fc.assert(
    fc.property(frames, (frame) => {
      const queue = new TaskQueue();
      const tasks = fill(queue, frame);
      const run = queue.head;
      if (run !== undefined) queue.step(run);
      expect(queue.clear()).toEqual(tasks.slice(1).map(({ sequence }) => sequence));
      expect(queue.head).toBeUndefined();
      expect(queue.length).toBe(0);
    }),
  );
});
