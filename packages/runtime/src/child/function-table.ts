import type { Payload } from '@mp/codec';
import { prepareCall } from '../channel/exported.js';
import type { Marshal } from '../channel/marshal.js';
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
    const preparing = this.#marshal.codec.prepareDecode(entry.payload, this.#marshal.context);
    if (preparing === undefined) return this.#revive(id, entry.payload);
    const done = preparing.then(
      () => this.#revive(id, entry.payload),
      (error) => this.#fail(id, error),
    );
    this.#entries.set(id, { state: 'preparing', done: done.then(() => {}) });
    return done.then(() => {});
  }

  /** @throws What reviving the function threw. */
  get(id: number): TaskFunction {
    const entry = this.#entries.get(id);
    if (entry?.state === 'ready') return entry.fn;
    if (entry?.state === 'failed') throw entry.error;
    throw new ProcessError(PROCESS_ERROR_CODES.protocol, `A task names function ${id}, which was not sent.`);
  }

  #revive(id: number, payload: Payload): Promise<void> | undefined {
    try {
      const fn = this.#marshal.codec.decode(payload, this.#marshal.context) as TaskFunction;
      const preparing = prepareCall(fn);
      const ready = () => this.#entries.set(id, { state: 'ready', fn });
      if (preparing === undefined) ready();
      return preparing?.then(
        () => void ready(),
        (error) => this.#fail(id, error),
      );
    } catch (error) {
      this.#fail(id, error);
      return undefined;
    }
  }

  #fail(id: number, error: unknown): void {
    this.#entries.set(id, { state: 'failed', error });
  }
}
