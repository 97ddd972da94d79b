import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { threadId } from 'node:worker_threads';
import {
  type BaseJoinableQueue,
  type BaseQueue,
  type Connection,
  currentProcess,
  currentTask,
  getContext,
  getLogger,
  importShared,
  parentProcess,
  type StartMethod,
} from '@mp/runtime';

export const identity = (value: unknown): unknown => value;
export const square = (n: number): number => n * n;
export const add = (a: number, b: number): number => a + b;
export const nothing = (): void => {};
export const squareLater = async (n: number): Promise<number> => {
  await new Promise((resolve) => setTimeout(resolve, 1));
  return n * n;
};
/** Which worker this is: a process, or a thread in it. */
export const whoAmI = (): string => `${process.pid}:${threadId}`;
export const nameOfProcess = (): string => currentProcess().name;
export const nameOfParent = (): string | undefined => parentProcess()?.name;

export const fail = (message = 'bad'): never => {
  throw new TypeError(message);
};
/** Fails in any worker but this one. */
export const failWithout = (worker: string): void => {
  if (whoAmI() !== worker) fail();
};
export class CustomError extends Error {
  readonly code = 'E_CUSTOM';
  readonly details = { tries: 3 };
}
export const failRichly = (): never => {
  throw new CustomError('outer', { cause: new RangeError('inner', { cause: 'the root' }) });
};
/** A thenable that throws when `then` is called or read, or that rejects. */
export const failingThenable = (how: 'call' | 'getter' | 'reject'): unknown => {
  const error = new Error(how);
  const then = (_resolve: unknown, reject: (error: Error) => void) => {
    if (how === 'call') throw error;
    reject(error);
  };
  return Object.defineProperty({}, 'then', {
    get: () => {
      if (how === 'getter') throw error;
      return then;
    },
  });
};
export const throwText = (): never => {
  throw 'just text';
};
function* numbers(): Generator<number> {
  yield 1;
  yield 2;
}
/** Something that no codec carries: a generator that has begun. */
export function suspended(): Generator<number> {
  const generator = numbers();
  generator.next();
  return generator;
}
export const returnSuspended = (): unknown => suspended();
export const throwUncloneable = (): never => {
  throw Object.assign(new Error('has a socket'), { socket: suspended(), port: 80 });
};

export const exitWith = (code: number): void => process.exit(code);
export const killSelf = (): void => {
  process.kill(process.pid, 'SIGKILL');
  for (;;);
};
export const spin = (): never => {
  for (;;);
};
export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
export const block = (ms: number): number => {
  const end = performance.now() + ms;
  while (performance.now() < end);
  return ms;
};
/** An error outside of any task, a little later. */
export const failLater = (): void => {
  setTimeout(() => {
    throw new Error('stray');
  }, 5);
};
export const fillMemory = (): never => {
  const all: unknown[] = [];
  for (;;) all.push(new Array(100_000).fill(Math.random()));
};

/** Leaves a mark in a file for each run, and dies at the given item. */
export const markAndMaybeDie = (file: string, item: number, deadly: number): number => {
  appendFileSync(file, `${item}\n`);
  if (item === deadly) killSelf();
  return item;
};
export const waitForAbort = (): Promise<string> =>
  new Promise((resolve) => {
    const task = currentTask() as NonNullable<ReturnType<typeof currentTask>>;
    task.signal.addEventListener('abort', () => resolve('aborted'));
    task.reportProgress('waits');
  });
export const reportAndExitAfter = async (ms: number): Promise<never> => {
  currentTask()?.reportProgress('begun');
  // What was reported leaves before the process is blocked.
  await sleep(1);
  block(ms);
  process.exit(9);
};
const reused = new Uint8Array(1 << 20);
/** Returns memory that the next call writes over, as code does that keeps a buffer. */
export const fillReused = async (value: number, length: number): Promise<Uint8Array> =>
  reused.subarray(0, length).fill(value);
export const fillReusedAtOnce = (value: number, length: number): Uint8Array => {
  setImmediate(() => reused.fill(255));
  return reused.subarray(0, length).fill(value);
};
export const throwHostile = (): never => {
  const trap = () => {
    throw new Error('trap');
  };
  throw new Proxy(new Error('never seen'), { get: trap, getPrototypeOf: trap, ownKeys: trap, has: trap });
};
export const writeAtExit = (file: string): void => {
  process.on('exit', () => appendFileSync(file, 'handled'));
};
export const reportThree = (): number => {
  for (let i = 1; i <= 3; i++) currentTask()?.reportProgress(i / 3);
  return 3;
};

export async function* count(to: number): AsyncGenerator<number> {
  for (let i = 0; i < to; i++) yield i;
}
let yielded = 0;
export function* countForever(): Generator<number> {
  for (;;) yield yielded++;
}
export const howManyYielded = (): number => yielded;

let state = 'untouched';
export const setState = (value: string): string => {
  state = value;
  return state;
};
export const getState = (): string => state;
export const failToInitialize = (): never => {
  throw new Error('cannot begin');
};

export const echoOn = async (connection: Connection): Promise<void> => {
  for await (const message of connection) await connection.send(message);
};
export const answerOnAll = async ({ list }: { list: readonly Connection[] }): Promise<void> => {
  await Promise.all(list.map(async (end, i) => end.send([i, await end.recv()])));
};
export const echoBytesOn = async (connection: Connection): Promise<void> => {
  await connection.sendBytes(await connection.recvBytes());
};
export const sendOn = async (connection: Connection, value: unknown): Promise<void> => {
  await connection.send(value);
};
export const closeAtOnce = async (connection: Connection): Promise<void> => {
  await connection.close();
};
export const relayConnection = async (carrier: Connection): Promise<void> => {
  const carried = (await carrier.recv()) as Connection;
  await carried.send('through the second process');
};
export const receiveAndSend = async (connection: Connection): Promise<void> => {
  const [first, second] = [await connection.recv(), await connection.recv()];
  await connection.send([second, first]);
};
export const relayOver = async (connection: Connection, report: Connection): Promise<void> => {
  await connection.send('ping');
  await report.send(['echoed', await connection.recv()]);
};
export const failAsync = async (): Promise<never> => {
  await sleep(1);
  throw new Error('later');
};
export const sendLater = (connection: Connection): void => {
  setTimeout(() => connection.send('later'), 20);
};
export const sendNames = async (connection: Connection): Promise<void> => {
  const parent = parentProcess();
  await connection.send({
    name: currentProcess().name,
    parent: parent?.name,
    parentIsAlive: parent?.isAlive(),
  });
};
export const startAnother = async (connection: Connection, method: StartMethod): Promise<void> => {
  const context = getContext(method);
  const { sendNames: target } = await importShared<typeof import('./tasks.js')>(import.meta.url);
  const child = new context.Process({ target, args: [connection] });
  await child.start();
  await child.join();
};
export const putAll = async (queue: BaseQueue, items: readonly unknown[]): Promise<void> => {
  for (const item of items) await queue.put(item);
};
/** Puts without waiting, and ends. */
export const putAndLeave = (queue: BaseQueue, count: number): void => {
  for (let i = 0; i < count; i++) queue.put({ i, text: 'x'.repeat(1000) });
};
/** Puts, and ends at once. */
export const putAndExit = async (queue: BaseQueue, count: number): Promise<void> => {
  for (let i = 0; i < count; i++) await queue.put(i);
  process.exit(0);
};
/** Puts, and is done. */
export const putOne = async (queue: BaseQueue, item: unknown): Promise<void> => {
  await queue.put(item);
};
/** Puts without waiting, and is done. */
export const putOneSoon = (queue: BaseQueue, item: unknown): void => {
  queue.put(item);
};
/** Puts what it got from one queue into another, and only then reports it as done. */
export const moveAll = async (from: BaseJoinableQueue<number>, to: BaseQueue): Promise<void> => {
  for (let item = await from.get(); item >= 0; item = await from.get()) {
    await to.put(item);
    await from.taskDone();
  }
};
export const takeAll = async (queue: BaseQueue, count: number, results: BaseQueue): Promise<void> => {
  for (let i = 0; i < count; i++) await results.put([await queue.get(), whoAmI()]);
};
export const doAll = async (queue: BaseJoinableQueue<number>, results: BaseQueue): Promise<void> => {
  for await (const item of queue) {
    if (item < 0) break;
    await results.put(item * 2);
    await queue.taskDone();
  }
};
/** Takes one item, and says so while it waits for the next. */
export const getForever = async (queue: BaseQueue, report: BaseQueue): Promise<void> => {
  await queue.get();
  const next = queue.get();
  await report.put('waits');
  await next;
};
export const passOn = async (queue: BaseQueue): Promise<BaseQueue> => {
  const inner = (await queue.get()) as BaseQueue;
  await inner.put('found inside');
  return inner;
};
export const blockAndReturn = (value: number, ms: number): number => {
  block(ms);
  return value;
};
/** Waits until a queue's items are done. @returns 'done', or the code of the error. */
export const joinFor = (queue: BaseJoinableQueue, timeoutMs: number): Promise<string> =>
  queue.join({ timeoutMs }).then(
    () => 'done',
    (error) => (error as { code: string }).code,
  );
/** Says where it runs, and does not come back. */
export const writePidAndSpin = (file: string): never => {
  writeFileSync(file, String(process.pid));
  return spin();
};
/** Waits for a file that somebody is about to write. */
export const contentOf = async (file: string): Promise<string> => {
  for (;;) {
    try {
      const text = readFileSync(file, 'utf8');
      if (text !== '') return text;
    } catch {
      // Not yet.
    }
    await sleep(5);
  }
};
export const throwWhatCannotBeRebuilt = async (): Promise<never> => {
  // A name of its own: where the main process has failed to load it before, a copy of that process has, too.
  const module = new URL(`../../test/fixtures/only-in-children.mjs?${process.pid}`, import.meta.url).href;
  const { throwVerdict } = (await import(module)) as { throwVerdict: () => never };
  return throwVerdict();
};
export const squareInPool = async (items: readonly number[]): Promise<number[]> => {
  await using pool = new (getContext().Pool)(1);
  return await pool.map((await importShared<typeof import('./tasks.js')>(import.meta.url)).square, items);
};
export const markAndFailAt = (file: string, item: number): number => {
  appendFileSync(file, `${item}\n`);
  return item === 3 ? fail() : item;
};
export const putInto = (queue: BaseQueue, item: unknown): Promise<void> => queue.put(item);
export const putIntoNested = async (queue: BaseQueue<{ nested: BaseQueue[] }>): Promise<void> => {
  const { nested } = await queue.get();
  await nested[0]?.put('by another queue');
};
/** Writes in every way that there is, with a pause in the middle of a line. */
export const say = async (what: string): Promise<string> => {
  console.log(what);
  console.error(`${what} failed`);
  process.stdout.write(`${what} in `);
  await sleep(1);
  process.stdout.write(Buffer.from('parts\n'));
  return what;
};
export const sayAndExit = (what: string): never => {
  console.log(what);
  process.stdout.write('last words');
  process.exit(3);
};
export const logSomething = (text: string): string => {
  getLogger().debug('unheard');
  getLogger().info(text);
  return getLogger().level;
};
/** Works for a while, and may die of it. @param risk - How likely that is, from 0 to 1. */
export const riskLife = (value: number, ms: number, risk: number): number => {
  block(ms);
  if (Math.random() < risk) process.exit(9);
  return value;
};
/** Works in a pool of its own, and says how many workers it had. */
export const countNestedWorkers = async (items: number, ms: number, processes?: number): Promise<number> => {
  const own = await importShared<typeof import('./tasks.js')>(import.meta.url);
  await using pool = new (getContext().Pool)(processes);
  await pool.map(own.block, Array<number>(items).fill(ms), { chunkSize: 1 });
  return pool.stats().started;
};
/** Has workers of its own, and dies with all of them. */
export const dieWithNestedWorkers = async (): Promise<void> => {
  const own = await importShared<typeof import('./tasks.js')>(import.meta.url);
  const pool = new (getContext().Pool)();
  const all = pool.map(own.block, Array<number>(100).fill(20), { chunkSize: 1 });
  while (pool.stats().started < 2) await sleep(1);
  all.catch(() => {});
  process.exit(1);
};
/** A pool in a pool in a pool. */
export const nestTwice = async (): Promise<number> => {
  const own = await importShared<typeof import('./tasks.js')>(import.meta.url);
  await using pool = new (getContext().Pool)();
  return await pool.apply(own.countNestedWorkers, [10, 50]);
};
export const abort = (): void => process.abort();
/** Is busy when an error that belongs to no task ends its worker. */
export const failAndSpin = async (): Promise<void> => {
  failLater();
  for (;;) await sleep(1);
};
const met: (() => void)[] = [];
/** Returns when so many tasks are here at the same time. */
export const meet = async (count: number): Promise<number> => {
  const everybody = new Promise<void>((resolve) => met.push(resolve));
  if (met.length === count) for (const go of met.splice(0)) go();
  await everybody;
  return count;
};
/** What {@link answerVariously} returns. */
export const answerOf = (i: number): unknown => [i, -0, i / 2 + 0.25, `${i}`, { i }, undefined, 2 ** 32 + i][i % 8];
/** Numbers of every kind, other values, promises and errors, in turns. */
export const answerVariously = (i: number): unknown => {
  if (i % 8 === 7) throw new Error(`no ${i}`);
  return i % 24 === 8 ? Promise.resolve(answerOf(i)) : answerOf(i);
};
export const idOfTask = (_i: number): number => (currentTask() as NonNullable<ReturnType<typeof currentTask>>).id;
/** Its message is read when the error is written: the task is over by then. */
export const throwAsker = (i: number): never => {
  throw Object.defineProperty(new Error(), 'message', { get: () => `${i} ${currentTask() !== undefined}` });
};
/** Takes items until one is null. */
export const takeUntilNull = async (queue: BaseQueue): Promise<unknown[]> => {
  const taken: unknown[] = [];
  for (let item = await queue.get(); item !== null; item = await queue.get()) taken.push(item);
  return taken;
};
/** Ends its worker at one number. */
export const squareOrExit = (n: number, last: number): number => {
  if (n === last) process.exit(7);
  return n * n;
};
let marks = 0;
/** Waits for so long, or not at all. */
export const waitMaybe = (ms: number): number | Promise<number> => (ms === 0 ? 0 : sleep(ms).then(() => ms));
export const mark = (_n: number): number => ++marks;
export const howManyMarks = (): number => marks;
/** Puts, ends its part in the queue in good order, and is killed at once. */
export const putJoinAndDie = async (queue: BaseQueue, count: number): Promise<void> => {
  for (let i = 0; i < count; i++) queue.put(i);
  queue.close();
  await queue.joinThread();
  killSelf();
};
