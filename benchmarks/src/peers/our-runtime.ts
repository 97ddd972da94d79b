// @mp/runtime as the adapters see it: what they call, and how they say that it is not there yet.
import { NoNumber } from '../harness/refusal.js';
import { loadOurs } from './our-packages.js';

export interface OurConnection {
  send(message: unknown): unknown;
  recv(): Promise<unknown>;
  close(): unknown;
}

export interface OurPool {
  apply(fn: (input: never) => unknown, args: readonly [unknown]): PromiseLike<unknown>;
  map(fn: (input: never) => unknown, inputs: Iterable<unknown>): PromiseLike<readonly unknown[]>;
  imapUnordered(fn: (input: never) => unknown, inputs: AsyncIterable<unknown>): AsyncIterable<unknown>;
  terminate(): void;
  join(): Promise<void>;
}

export interface OurProcess {
  start(): Promise<void>;
  readonly pid?: number | undefined;
  join(): Promise<unknown>;
  terminate(): unknown;
}

export interface OurQueue {
  put(item: unknown): unknown;
  get(): Promise<unknown>;
}

export interface OurLock {
  acquireSync(): { release(): unknown };
}

export interface OurSemaphore {
  acquireSync(): unknown;
  releaseSync(): unknown;
}

/** A number in shared memory, with its lock. */
export interface OurValue {
  value: number;
  updateSync(change: (value: number) => number): number;
}

export interface OurMemory {
  readonly name: string;
  readonly buffer: ArrayBuffer;
  close(): unknown;
}

export interface OurContext {
  Pipe(): [OurConnection, OurConnection];
  Pool: new (options: { processes: number }) => OurPool;
  Process: new (options: { target: (...args: never[]) => unknown; args: readonly unknown[] }) => OurProcess;
  Queue?: new () => OurQueue;
  Lock?: new () => OurLock;
  Semaphore?: new (permits: number) => OurSemaphore;
  Value?: new (type: string, initial: number) => OurValue;
  SharedMemory?: new (options: { create?: true; size?: number; name?: string }) => OurMemory;
}

interface Runtime {
  setForkserverPreload?(modules: readonly string[]): void;
  getAllStartMethods(): readonly string[];
  getContext(method: string): OurContext;
}

/** Names modules that fork servers load once. @throws NoNumber where there is no such thing. */
export async function preloadForkserver(modules: readonly string[]): Promise<void> {
  const { setForkserverPreload } = await loadOurs<Required<Runtime>>('runtime', ['setForkserverPreload']);
  setForkserverPreload(modules);
}

/** @throws NoNumber where the start method, or one of the members that are needed, is not there. */
export async function ourContext<Key extends keyof OurContext>(
  method: string,
  needed: readonly Key[],
): Promise<OurContext & Required<Pick<OurContext, Key>>> {
  const runtime = await loadOurs<Runtime>('runtime', ['getContext', 'getAllStartMethods']);
  if (!runtime.getAllStartMethods().includes(method))
    throw new NoNumber('unavailable', `The start method ${method} is not available here.`);
  const context = runtime.getContext(method);
  const missing = needed.filter((name) => context[name] === undefined);
  if (missing.length > 0) throw new NoNumber('unavailable', `@mp/runtime has no ${missing.join(', ')} yet.`);
  return context as OurContext & Required<Pick<OurContext, Key>>;
}
