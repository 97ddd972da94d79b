import { CellWriter } from '../channel/cells.js';
import type { FrameChannel } from '../channel/frame-channel.js';
import { encodeSnapshot, type Marshal } from '../channel/marshal.js';
import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import { FRAME } from '../protocol/frames.js';
import type { CurrentTask } from './current-task.js';
import type { DeliveredTask } from './task-queue.js';

/** A task that was begun and has not ended. */
export class RunningTask implements CurrentTask {
  readonly id: number;
  readonly #sequence: number;
  readonly #channel: FrameChannel;
  readonly #marshal: Marshal;
  #controller: AbortController | undefined;
  #abortReason: ProcessError | undefined;
  #credit = 0;
  #wake: (() => void) | undefined;

  constructor({ id, sequence }: DeliveredTask, channel: FrameChannel, marshal: Marshal) {
    this.id = id;
    this.#sequence = sequence;
    this.#channel = channel;
    this.#marshal = marshal;
  }

  get signal(): AbortSignal {
    // Made when it is asked for: most tasks never look.
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortReason !== undefined) this.#controller.abort(this.#abortReason);
    }
    return this.#controller.signal;
  }

  reportProgress(value: unknown): void {
    this.#send(FRAME.progress, value, 'progress');
  }

  /** Tells the task that nobody waits for it any more. */
  abort(reason: string): void {
    this.#abortReason = new ProcessError(PROCESS_ERROR_CODES.cancelled, reason);
    this.#controller?.abort(this.#abortReason);
    this.#wake?.();
  }

  /** The consumer takes so many items more. */
  addCredit(count: number): void {
    this.#credit += count;
    this.#wake?.();
  }

  /** Sends what a generator yields, item by item, as fast as the consumer takes it. */
  async stream(source: unknown): Promise<unknown> {
    const iterator = iteratorOf(await source);
    try {
      for (;;) {
        await this.#credited();
        if (this.#abortReason !== undefined) throw this.#abortReason;
        const { done, value } = await iterator.next();
        if (done === true) return value;
        this.#credit--;
        this.#send(FRAME.item, value, 'item');
      }
    } catch (error) {
      await iterator.return?.();
      throw error;
    }
  }

  async #credited(): Promise<void> {
    while (this.#credit <= 0 && this.#abortReason === undefined)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
  }

  #send(kind: number, value: unknown, root: string): void {
    const cells = new CellWriter();
    cells.uint32(this.#sequence);
    if (!cells.scalar(value)) cells.payload(encodeSnapshot(this.#marshal, value, root));
    const { body, buffers } = cells.take();
    this.#channel.send(kind, body, buffers);
  }
}

function iteratorOf(source: unknown): AsyncIterator<unknown> | Iterator<unknown> {
  const iterable = source as {
    [Symbol.asyncIterator]?: () => AsyncIterator<unknown>;
    [Symbol.iterator]?: () => Iterator<unknown>;
  };
  const iterator = iterable?.[Symbol.asyncIterator]?.() ?? iterable?.[Symbol.iterator]?.();
  if (iterator !== undefined) return iterator;
  throw new ProcessError(
    PROCESS_ERROR_CODES.argument,
    'A function that is streamed from returns an iterable or a generator; this one did not.',
  );
}
