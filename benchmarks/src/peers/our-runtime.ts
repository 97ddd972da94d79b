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
  terminate(): void;
  join(): Promise<void>;
}

export interface OurProcess {
  start(): Promise<void>;
  join(): Promise<unknown>;
  terminate(): unknown;
}

export interface OurQueue {
  put(item: unknown): unknown;
  get(): Promise<unknown>;
}

export interface OurLock {
  acquire(): Promise<unknown>;
  release(): unknown;
  acquireSync?(): unknown;
}

export interface OurContext {
  Pipe(): [OurConnection, OurConnection];
  Pool: new (options: { processes: number }) => OurPool;
  Process: new (options: { target: (...args: never[]) => unknown; args: readonly unknown[] }) => OurProcess;
  Queue?: new () => OurQueue;
  Lock?: new () => OurLock;
}

interface Runtime {
  getAllStartMethods(): readonly string[];
  getContext(method: string): OurContext;
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
  const missing = needed.filter((name) => typeof context[name] !== 'function');
  if (missing.length > 0) throw new NoNumber('unavailable', `@mp/runtime has no ${missing.join(', ')} yet.`);
  return context as OurContext & Required<Pick<OurContext, Key>>;
}
