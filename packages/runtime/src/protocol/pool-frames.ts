/** How a task is called. */
export const TASK_MODE = {
  /** `fn(...args)`; the arguments are so many cells. */
  call: 0,
  /** `fn(...args)`; the arguments are one payload, an array. */
  callPayload: 1,
  /** `fn(item)` for each item of a payload, an array. */
  map: 2,
  /** `fn(...item)` for each item of a payload, an array of arrays. */
  starmap: 3,
  /** `fn(...args)` as one payload; what it yields is sent item by item. */
  stream: 4,
  /** {@link TASK_MODE.call} with one number without a fraction: the arguments of all tasks of a run lie one after the other. */
  callInt32: 5,
} as const;

/**
 * Added to a mode: the function comes with its arguments, in one payload `[fn, args]`, because they may share something: a
 * class of which an argument is an instance, an object that the function captured.
 */
export const WITH_FUNCTION = 16;

/** How a task ended. */
export const RESULT = {
  /** A cell: what the function returned, or for a chunk a payload, the array of what it returned. */
  value: 0,
  /** An error. */
  error: 1,
  /** Of a chunk, item by item: the count, and for each a {@link RESULT.value} or {@link RESULT.error} with what follows it. */
  items: 2,
  /** Of this task and those after it: the count, and what each returned, a number without a fraction. */
  int32s: 3,
} as const;

/** What a worker of a pool is told at its start; JSON. */
export interface WorkerSettings {
  /** How many tasks that wait for something may run at once. */
  readonly concurrency: number;
  /** Whether an initializer follows in a `run` frame. */
  readonly hasInitializer: boolean;
  /** Whether to say how much memory is used, after each batch. */
  readonly reportsMemory: boolean;
  /** Whether what it writes to standard output and error goes to the pool. */
  readonly forwardsOutput: boolean;
  /** How many workers of the family may be at work at once. */
  readonly budget: number;
}
