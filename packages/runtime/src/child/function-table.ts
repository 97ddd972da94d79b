import type { Payload } from '@mp/codec';
import { prepareCall } from '../channel/exported.js';
import { decodePayload, Later, type Marshal } from '../channel/marshal.js';
import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';

/** A function of the user's. */
export type TaskFunction = (...args: unknown[]) => unknown;

type Entry =
  | { readonly state: 'encoded'; readonly payload: Payload }
  | { readonly state: 'preparing'; readonly done: Promise<void> }
  | { readonly state: 'ready'; readonly fn: TaskFunction }
  | { readonly state: 'failed'; readonly error: unknown };

/** The functions that the pool has sent, by number. Each is revived once, when its first task runs. */
export class FunctionTable {
  readonly #marshal: Marshal;
  readonly #entries = new Map<number, Entry>();

  constructor(marshal: Marshal) {
    this.#marshal = marshal;
  }

  define(id: number, payload: Payload): void {
    this.#entries.set(id, { state: 'encoded', payload });
  }

  forget(id: number): void {
    this.#entries.delete(id);
  }

  /** What must be awaited before {@link get}; `undefined` where there is nothing. It does not fail: {@link get} does. */
  prepare(id: number): Promise<void> | undefined {
    const entry = this.#entries.get(id);
    if (entry?.state === 'preparing') return entry.done;
    if (entry?.state !== 'encoded') return undefined;
    const { payload } = entry;
    try {
      const fn = decodePayload(this.#marshal, payload);
      if (!(fn instanceof Later)) return this.#revived(id, fn as TaskFunction);
      return this.#waitFor(
        id,
        fn.promise.then((loaded) => this.#revived(id, loaded as TaskFunction)),
      );
    } catch (error) {
      this.#fail(id, error);
      return undefined;
    }
  }

  /** A function that is ready. */
  find(id: number): TaskFunction | undefined {
    const entry = this.#entries.get(id);
    return entry?.state === 'ready' ? entry.fn : undefined;
  }

  /** @throws What reviving the function threw. */
  get(id: number): TaskFunction {
    const entry = this.#entries.get(id);
    if (entry?.state === 'ready') return entry.fn;
    if (entry?.state === 'failed') throw entry.error;
    throw new ProcessError(PROCESS_ERROR_CODES.protocol, `A task names function ${id}, which was not sent.`);
  }

  #revived(id: number, fn: TaskFunction): Promise<void> | undefined {
    const ready = () => void this.#entries.set(id, { state: 'ready', fn });
    const preparing = prepareCall(fn);
    return preparing === undefined ? ready() : this.#waitFor(id, preparing.then(ready));
  }

  #waitFor(id: number, promise: Promise<void>): Promise<void> {
    const done = promise.catch((error) => this.#fail(id, error));
    this.#entries.set(id, { state: 'preparing', done });
    return done;
  }

  #fail(id: number, error: unknown): void {
    this.#entries.set(id, { state: 'failed', error });
  }
}
