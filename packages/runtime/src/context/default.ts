import type { Address } from '../channel/address.js';
import type { Connection } from '../channel/connection.js';
import { BaseListener, type ClientOptions } from '../channel/listener.js';
import type { Marshal } from '../channel/marshal.js';
import type { PipeOptions } from '../channel/pipe.js';
import type { StartMethod } from '../launch/launcher.js';
import { launcherFor } from '../launch/start-methods.js';
import { BasePool } from '../pool/pool.js';
import type { ProcessOrigin } from '../process/launch-child.js';
import { BaseProcess } from '../process/process.js';
import { BaseJoinableQueue, BaseQueue, BaseSimpleQueue } from '../queues/queue.js';
import { Context, type ContextOptions } from './context.js';

const defaultContext: Context = Context.standard();

/**
 * A context: the whole interface for one start method and one codec.
 *
 * @param choice - A start method, or more: also a codec. Without it, the default context.
 * @throws ProcessError where the start method is not known or cannot be used here.
 */
export function getContext(choice?: StartMethod | ContextOptions): Context {
  if (choice === undefined) return defaultContext;
  const options = typeof choice === 'string' ? { method: choice } : choice;
  if (options.method !== undefined) launcherFor(options.method);
  return new Context(options);
}

/** A process of the default context. */
export class Process<A extends readonly unknown[] = readonly unknown[]> extends BaseProcess<A> {
  static override origin: () => ProcessOrigin = () => defaultContext.origin();
}

/** A pool of the default context. */
export class Pool extends BasePool {
  static override origin: () => ProcessOrigin = () => defaultContext.origin();
}

/** A pool of threads, with the interface of a pool of processes. */
export class ThreadPool extends BasePool {
  static override origin: () => ProcessOrigin = () => ({ ...defaultContext.origin(), launcher: launcherFor('thread') });
}

/** A listener of the default context. */
export class Listener extends BaseListener {
  static override origin: () => Marshal = () => defaultContext.marshal;
}

/**
 * Connects to a listener.
 *
 * @throws AuthenticationError where either end does not know the other's key.
 * @throws ProcessError where nobody listens there.
 */
export function Client(address: Address, options: ClientOptions): Promise<Connection> {
  return defaultContext.Client(address, options);
}

/** A queue of the default context. */
export class Queue<T = unknown> extends BaseQueue<T> {
  static override origin: () => Marshal = () => defaultContext.marshal;
}

/** A queue of the default context on which one can wait until everything is done. */
export class JoinableQueue<T = unknown> extends BaseJoinableQueue<T> {
  static override origin: () => Marshal = () => defaultContext.marshal;
}

/** The smallest queue of the default context. */
export class SimpleQueue<T = unknown> extends BaseSimpleQueue<T> {
  static override origin: () => Marshal = () => defaultContext.marshal;
}

/** {@link Context.setStartMethod} of the default context. */
export function setStartMethod(method: StartMethod | undefined, options?: { readonly force?: boolean }): void {
  defaultContext.setStartMethod(method, options);
}

/** The start method of the default context, which this fixes if it was not chosen. */
export function getStartMethod(): StartMethod {
  return defaultContext.getStartMethod();
}

/** The start methods that can be used here, the default first. */
export function getAllStartMethods(): StartMethod[] {
  return defaultContext.getAllStartMethods();
}

/** {@link Context.setExecutable} of the default context. */
export function setExecutable(path: string | URL | undefined): void {
  defaultContext.setExecutable(path);
}

/**
 * Makes two connections that are connected to each other.
 *
 * @returns Both ends, in this process. Send one, or both, to other processes.
 * @example
 * const [here, there] = Pipe();
 * await new Process({ target: (end) => end.send('hello'), args: [there] }).start();
 * await here.recv(); // 'hello'
 */
export function Pipe<A = unknown, B = A>(options?: PipeOptions): [Connection<A, B>, Connection<B, A>] {
  return defaultContext.Pipe<A, B>(options);
}
