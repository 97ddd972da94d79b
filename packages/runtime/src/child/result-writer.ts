import { types } from 'node:util';
import { CellWriter, isInt32, toInt32s } from '../channel/cells.js';
import { writeError } from '../channel/error-transfer.js';
import type { FrameChannel } from '../channel/frame-channel.js';
import { flushOpen } from '../channel/leave-taking.js';
import type { Marshal } from '../channel/marshal.js';
import { whenArrived } from '../channel/unanswered.js';
import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import { FRAME } from '../protocol/frames.js';
import { RESULT } from '../protocol/pool-frames.js';
import type { Chunk } from './chunk.js';

/** Offset of the number of entries in a frame; the longest and the whole time in milliseconds, and the memory, follow. */
const COUNT_AT = 0;

/** So many numbers are written together. */
const MOST_NUMBERS = 1024;

interface ResultFrame {
  readonly body: Uint8Array;
  readonly buffers: readonly Uint8Array[];
}

/** Collects results and sends them together. */
export class ResultWriter {
  readonly #channel: FrameChannel;
  readonly #marshal: Marshal;
  readonly #reportsMemory: boolean;
  readonly #cells = new CellWriter();
  #count = 0;
  /** Numbers that tasks after each other returned, and were not written yet. */
  readonly #numbers = new Int32Array(MOST_NUMBERS);
  #numberCount = 0;
  /** The task of the first of them. */
  #numbersFrom = 0;
  #longestMs = 0;
  #wholeMs = 0;
  /** Frames that wait for something to arrive first, and when the last of them is sent. */
  readonly #unsent = new Set<ResultFrame>();
  #lastSent: Promise<unknown> | undefined;

  /** @param reportsMemory - Whether to say with each frame how much memory this process uses. */
  constructor(channel: FrameChannel, marshal: Marshal, reportsMemory: boolean) {
    this.#channel = channel;
    this.#marshal = marshal;
    this.#reportsMemory = reportsMemory;
  }

  /** How long the last task took, for the pool to learn from. */
  time(ms: number): void {
    this.#wholeMs += ms;
    if (ms > this.#longestMs) this.#longestMs = ms;
  }

  /** Adds what a task returned. What cannot be encoded becomes the task's error. */
  value(sequence: number, value: unknown): void {
    if (isInt32(value)) return this.#number(sequence, value);
    this.#begin(sequence);
    const start = this.#cells.length;
    this.#cells.uint8(RESULT.value);
    if (this.#cells.scalar(value)) return;
    try {
      this.#payload(value, 'result');
    } catch (error) {
      this.#cells.truncate(start);
      this.#cells.uint8(RESULT.error);
      writeError(this.#cells, resultError(value, error), this.#marshal);
    }
  }

  /** Adds what a task threw. */
  error(sequence: number, thrown: unknown): void {
    this.#begin(sequence);
    this.#cells.uint8(RESULT.error);
    writeError(this.#cells, thrown, this.#marshal);
  }

  /** Adds what a chunk's calls returned: together, where they can travel together, otherwise one by one. */
  chunk(sequence: number, chunk: Chunk): void {
    this.#begin(sequence);
    const start = this.#cells.length;
    if (chunk.errors === undefined) {
      const { values } = chunk;
      const numbers = values instanceof Int32Array ? values : toInt32s(values);
      try {
        this.#cells.uint8(RESULT.value);
        if (numbers !== undefined) return this.#cells.int32Array(numbers);
        return this.#payload(values, 'results');
      } catch {
        this.#cells.truncate(start);
      }
    }
    this.#items(chunk);
  }

  /**
   * Sends what was collected; later, where a task put something into a queue that has to arrive first: whoever has the
   * task's result may look for it there.
   *
   * @returns When it was sent; undefined where it was at once.
   */
  flush(): Promise<unknown> | undefined {
    const isEmpty = this.#count === 0 && this.#numberCount === 0;
    if (!isEmpty) flushOpen();
    const arriving = isEmpty ? undefined : whenArrived();
    if (arriving === undefined) {
      this.#send(this.#takeFrame());
      return this.#unsent.size === 0 ? undefined : this.#lastSent;
    }
    const { body, buffers } = this.#takeFrame() as ResultFrame;
    const frame = { body: Uint8Array.from(body), buffers };
    this.#unsent.add(frame);
    this.#lastSent = arriving.then(() => {
      if (this.#unsent.delete(frame)) this.#send(frame);
    });
    return this.#lastSent;
  }

  /** Sends what was collected: nothing can be waited for any more. */
  flushNow(): void {
    for (const frame of this.#unsent) this.#send(frame);
    this.#unsent.clear();
    this.#send(this.#takeFrame());
  }

  #send(frame: ResultFrame | undefined): void {
    if (frame === undefined) return;
    this.#channel.send(FRAME.results, frame.body, frame.buffers);
    this.#channel.flush();
  }

  /** The results so far as one frame. Its body is lent until the next result. */
  #takeFrame(): ResultFrame | undefined {
    this.#writeNumbers();
    if (this.#count === 0) return undefined;
    this.#cells.patchUint32(this.#count, COUNT_AT);
    // The times are written behind the results, where nothing has to be moved for them.
    this.#cells.float64(this.#longestMs);
    this.#cells.float64(this.#wholeMs);
    this.#cells.float64(this.#reportsMemory ? process.memoryUsage.rss() : 0);
    this.#count = 0;
    this.#longestMs = 0;
    this.#wholeMs = 0;
    return this.#cells.take();
  }

  /** Most small tasks return numbers: what a number costs is what a task costs. */
  #number(sequence: number, value: number): void {
    const count = this.#numberCount;
    if (count > 0 && (count === MOST_NUMBERS || sequence !== (this.#numbersFrom + count) >>> 0)) this.#writeNumbers();
    if (this.#numberCount === 0) this.#numbersFrom = sequence;
    this.#numbers[this.#numberCount++] = value;
  }

  #writeNumbers(): void {
    const count = this.#numberCount;
    if (count === 0) return;
    this.#numberCount = 0;
    this.#begin(this.#numbersFrom);
    if (count === 1) {
      this.#cells.uint8(RESULT.value);
      this.#cells.scalar(this.#numbers[0]);
      return;
    }
    this.#cells.uint8(RESULT.int32s);
    this.#cells.uint32(count);
    this.#cells.int32s(this.#numbers.subarray(0, count));
  }

  #begin(sequence: number): void {
    if (this.#numberCount > 0) this.#writeNumbers();
    if (this.#count === 0) this.#cells.uint32(0);
    this.#count++;
    this.#cells.uint32(sequence);
  }

  #items({ values, errors }: Chunk): void {
    this.#cells.uint8(RESULT.items);
    this.#cells.uint32(values.length);
    for (let i = 0; i < values.length; i++) {
      const start = this.#cells.length;
      try {
        if (errors?.has(i)) throw errors.get(i);
        this.#cells.uint8(RESULT.value);
        if (!this.#cells.scalar(values[i])) this.#payloadOrError(values[i]);
      } catch (thrown) {
        this.#cells.truncate(start);
        this.#cells.uint8(RESULT.error);
        writeError(this.#cells, thrown, this.#marshal);
      }
    }
  }

  #payloadOrError(value: unknown): void {
    try {
      this.#payload(value, 'result');
    } catch (error) {
      throw resultError(value, error);
    }
  }

  #payload(value: unknown, root: string): void {
    const payload = this.#marshal.codec.encode(value, this.#marshal.context, root);
    // What a task returned may be changed the next moment, by what it left running or by the task after it.
    const buffers =
      payload.buffers.length === 0 ? payload.buffers : payload.buffers.map((buffer) => this.#channel.keep(buffer));
    try {
      this.#cells.payload({ ...payload, buffers });
    } catch (error) {
      for (const buffer of buffers) this.#channel.drop(buffer);
      throw error;
    }
  }
}

/** The counterpart of Python's `MaybeEncodingError`: the task was done, and what it returned cannot travel. */
function resultError(value: unknown, cause: unknown): ProcessError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const instead = types.isGeneratorObject(value) ? '\n`pool.stream(fn, args)` takes what a generator yields.' : '';
  return new ProcessError(
    PROCESS_ERROR_CODES.result,
    `The task returned something that cannot be sent back: ${why}${instead}`,
    { cause },
  );
}
