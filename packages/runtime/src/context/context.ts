import { fileURLToPath } from 'node:url';
import type { Codec } from '@mp/codec';
import type { Address } from '../channel/address.js';
import type { Connection } from '../channel/connection.js';
import { BaseListener, type ClientOptions, connectClient } from '../channel/listener.js';
import { createMarshal, type Marshal } from '../channel/marshal.js';
import { createPipe, type PipeOptions } from '../channel/pipe.js';
import type { StartMethod } from '../launch/launcher.js';
import { availableStartMethods, launcherFor } from '../launch/start-methods.js';
import { family } from '../platform/family.js';
import { BasePool } from '../pool/pool.js';
import type { ProcessOrigin } from '../process/launch-child.js';
import { BaseProcess } from '../process/process.js';
import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import { BaseJoinableQueue, BaseQueue, BaseSimpleQueue } from '../queues/queue.js';
import { RawArray, RawValue } from '../shared/raw.js';
import { ShareableList } from '../shared/shareable-list.js';
import { SharedMemory } from '../shared/shared-memory.js';
import type { SharedArray, Value } from '../shared/synchronized.js';
import { defaultBackends, portableBackends } from '../sync/backends.js';
import type { Barrier } from '../sync/barrier.js';
import type { Condition } from '../sync/condition.js';
import type { Event } from '../sync/event.js';
import type { Lock } from '../sync/lock.js';
import type { RLock } from '../sync/rlock.js';
import type { BoundedSemaphore, Semaphore } from '../sync/semaphore.js';
import { defaultCodec } from './default-codec.js';
import { createHandles } from './handles.js';
import { createSyncClasses } from './sync-classes.js';
import { type Constitution, joinContext } from './travelling.js';

/** What a context is made of. */
export interface ContextOptions {
  /** How children come to be. By default as this process itself did, or `spawn`. */
  readonly method?: StartMethod | undefined;
  /** How values become bytes. By default as in the process that started this one, or `@mp/serialize`. */
  readonly codec?: Codec | undefined;
  /**
   * Whether locks and the like are made in shared memory where @mp/native is there. Otherwise the process that makes one
   * keeps it for the others, as it does where @mp/native is absent.
   *
   * @defaultValue true
   */
  readonly native?: boolean | undefined;
}

/**
 * The whole interface of this package for one start method and one codec.
 *
 * A library that uses a context of its own does not depend on what the program chose for the others.
 */
export class Context {
  #codec: Codec | undefined;
  #method: StartMethod | undefined;
  readonly #isDefault: boolean;
  readonly #isNative: boolean;
  #marshal: Marshal | undefined;
  #executable: string | undefined;

  /** Processes that are started by this context's method. */
  readonly Process: typeof BaseProcess;
  /** Pools whose workers are started by this context's method. */
  readonly Pool: typeof BasePool;
  /** Pools whose workers are threads. */
  readonly ThreadPool: typeof BasePool;
  /** Listeners over this context's codec. */
  readonly Listener: typeof BaseListener;
  /** Queues over this context's codec. */
  readonly Queue: typeof BaseQueue;
  /** Queues over this context's codec on which one can wait until everything is done. */
  readonly JoinableQueue: typeof BaseJoinableQueue;
  /** The smallest queues over this context's codec. */
  readonly SimpleQueue: typeof BaseSimpleQueue;
  /** Locks; see {@link Lock}. */
  readonly Lock: typeof Lock;
  /** Locks that their holder may take again; see {@link RLock}. */
  readonly RLock: typeof RLock;
  /** Permits; see {@link Semaphore}. */
  readonly Semaphore: typeof Semaphore;
  /** Permits that never become more; see {@link BoundedSemaphore}. */
  readonly BoundedSemaphore: typeof BoundedSemaphore;
  /** Conditions on what a lock protects; see {@link Condition}. */
  readonly Condition: typeof Condition;
  /** Events; see {@link Event}. */
  readonly Event: typeof Event;
  /** Barriers; see {@link Barrier}. */
  readonly Barrier: typeof Barrier;
  /** Shared numbers with a lock; see {@link Value}. */
  readonly Value: typeof Value;
  /** Shared arrays with a lock; see {@link SharedArray}. */
  readonly Array: typeof SharedArray;
  /** Shared numbers; see {@link RawValue}. */
  readonly RawValue: typeof RawValue;
  /** Shared arrays; see {@link RawArray}. */
  readonly RawArray: typeof RawArray;
  /** Shared memory; see {@link SharedMemory}. */
  readonly SharedMemory: typeof SharedMemory;
  /** Shared lists; see {@link ShareableList}. */
  readonly ShareableList: typeof ShareableList;

  static #standard: Context | undefined;

  /** @internal The default context of this process. */
  static standard(): Context {
    Context.#standard ??= new Context({}, true);
    return Context.#standard;
  }

  /** @internal Use {@link getContext}. */
  constructor(options: ContextOptions = {}, isDefault = false) {
    this.#codec = options.codec;
    this.#method = options.method;
    this.#isDefault = isDefault;
    this.#isNative = options.native !== false;
    // All that makes something can be taken out of a context: `const { Pool, Pipe } = getContext('spawn')`.
    this.Pipe = this.Pipe.bind(this) as typeof this.Pipe;
    this.Client = this.Client.bind(this);
    const origin = () => this.origin();
    this.Process = class Process<A extends readonly unknown[] = readonly unknown[]> extends BaseProcess<A> {
      static override origin: () => ProcessOrigin = origin;
    };
    this.Pool = class Pool extends BasePool {
      static override origin: () => ProcessOrigin = origin;
    };
    this.ThreadPool = class ThreadPool extends BasePool {
      static override origin: () => ProcessOrigin = () => ({ ...origin(), launcher: launcherFor('thread') });
    };
    const marshal = () => this.marshal;
    this.Listener = class Listener extends BaseListener {
      static override origin: () => Marshal = marshal;
    };
    this.Queue = class Queue<T = unknown> extends BaseQueue<T> {
      static override origin: () => Marshal = marshal;
    };
    this.JoinableQueue = class JoinableQueue<T = unknown> extends BaseJoinableQueue<T> {
      static override origin: () => Marshal = marshal;
    };
    this.SimpleQueue = class SimpleQueue<T = unknown> extends BaseSimpleQueue<T> {
      static override origin: () => Marshal = marshal;
    };
    const sync = createSyncClasses(options.native === false ? portableBackends : defaultBackends);
    this.Lock = sync.Lock;
    this.RLock = sync.RLock;
    this.Semaphore = sync.Semaphore;
    this.BoundedSemaphore = sync.BoundedSemaphore;
    this.Condition = sync.Condition;
    this.Event = sync.Event;
    this.Barrier = sync.Barrier;
    this.Value = sync.Value;
    this.Array = sync.Array;
    this.RawValue = RawValue;
    this.RawArray = RawArray;
    this.SharedMemory = SharedMemory;
    this.ShareableList = ShareableList;
    const { Process, Pool, ThreadPool, Listener, Queue, JoinableQueue, SimpleQueue, Pipe, Client } = this;
    const own = { Process, Pool, ThreadPool, Listener, Queue, JoinableQueue, SimpleQueue, Pipe, Client };
    // Those in shared memory are the package's, for all contexts.
    joinContext(this, this.#isNative ? own : { ...own, ...sync });
  }

  /** The codec of everything that this context makes. */
  get codec(): Codec {
    this.#codec ??= family().codec ?? defaultCodec;
    return this.#codec;
  }

  /** @internal The codec with the reducers of the runtime's handles. */
  get marshal(): Marshal {
    this.#marshal ??= createMarshal(
      this.codec,
      createHandles(() => this.marshal),
    );
    return this.#marshal;
  }

  /** The start method, which this fixes if it was not chosen. */
  getStartMethod(): StartMethod {
    this.#method ??= (family().startMethod as StartMethod | undefined) ?? 'spawn';
    return this.#method;
  }

  /**
   * Chooses the start method of the default context.
   *
   * @param method - `undefined` with `force` takes the choice back.
   * @throws ProcessError where it was chosen before (without `force`), is not known, or this is not the default context.
   */
  setStartMethod(method: StartMethod | undefined, options: { readonly force?: boolean } = {}): void {
    if (!this.#isDefault)
      throw new ProcessError(
        PROCESS_ERROR_CODES.argument,
        'The start method of a context that was made for one method cannot be changed: make another context.',
      );
    if (this.#method !== undefined && options.force !== true)
      throw new ProcessError(
        PROCESS_ERROR_CODES.state,
        `The start method is ${this.#method} already. Pass { force: true } to change it for what is started from now on.`,
      );
    if (method !== undefined) launcherFor(method);
    this.#method = method;
  }

  /** The start methods that can be used here, the default first. */
  getAllStartMethods(): StartMethod[] {
    return availableStartMethods();
  }

  /**
   * Sets the executable of Node with which children are started.
   *
   * @param path - `undefined` means that of this process.
   */
  setExecutable(path: string | URL | undefined): void {
    this.#executable = path instanceof URL ? fileURLToPath(path) : path;
  }

  /** The executable of Node with which children are started. */
  getExecutable(): string {
    return this.#executable ?? process.execPath;
  }

  /** Makes two connections that are connected to each other; see {@link Pipe}. */
  Pipe<A = unknown, B = A>(options?: PipeOptions): [Connection<A, B>, Connection<B, A>] {
    return createPipe<A, B>(this.marshal, options);
  }

  /** Connects to a listener; see {@link Client}. */
  Client(address: Address, options: ClientOptions): Promise<Connection> {
    return connectClient(this.marshal, address, options);
  }

  /** @internal What makes it the same context in another process; `undefined` of the default one, which each has. */
  constitution(): Constitution | undefined {
    if (this.#isDefault) return undefined;
    const method = this.getStartMethod();
    return { method, codec: this.codec, native: this.#isNative, executable: this.#executable };
  }

  /** @internal A context that was made in another process. */
  static of({ executable, ...options }: Constitution): Context {
    const context = new Context(options);
    context.setExecutable(executable);
    return context;
  }

  /** @internal What children of this context need to start. */
  origin(): ProcessOrigin {
    return {
      marshal: this.marshal,
      launcher: launcherFor(this.getStartMethod()),
      executable: this.getExecutable(),
    };
  }
}
