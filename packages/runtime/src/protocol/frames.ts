/** The version of everything below. Both ends of a channel compare it first. */
export const PROTOCOL_VERSION = 1;

/** What a frame is; the first byte of its header. */
export const FRAME = {
  // Any connection.
  /** JSON: {@link Hello}. The first frame in each direction. */
  hello: 1,
  /** A value, as a session message of the codec. */
  value: 2,
  /** Bytes as they are. */
  bytes: 3,
  /** The receiver's decoder lost its state: begin a new epoch. */
  reset: 4,
  /** Where the large data of the next frame lies in the file that both ends share: see `channel/buffer-exchange.ts`. */
  stored: 5,
  /** What lies at these places of the file was taken; offsets of 8 bytes. */
  taken: 6,

  // Authentication, before anything else on a channel that is not inherited.
  challenge: 8,
  response: 9,
  welcome: 10,
  /** The token of what the connecting end came for. */
  claim: 11,
  /** To a copy of the process that is asked: the end that it has inherited is its own. */
  granted: 12,
  /** The end has been used by somebody else. */
  refused: 13,

  // Parent to child.
  /** JSON: {@link Preparation}. The first frame that a child receives. */
  prepare: 16,
  /** The process's target and arguments, as a one-shot payload. */
  run: 17,
  /** Function definition of a pool. */
  define: 18,
  /** Tasks of a pool. */
  tasks: 19,
  /** The task with this id is aborted. */
  abort: 20,
  /** The consumer of a stream takes so many items more. */
  credit: 21,
  /** Finish what was given, then leave. */
  finish: 22,
  /** Functions that will not be used again. */
  forget: 23,
  /** One more worker for the pools of this worker. */
  grant: 24,

  // Child to parent.
  /** The child has taken its target; a worker has run its initializer. */
  ready: 32,
  /** The child could not take its target; a worker's initializer failed. */
  failed: 33,
  /** Results of tasks. */
  results: 34,
  /** Tasks that were not started and should run elsewhere. */
  handBack: 35,
  /** A task reports progress. */
  progress: 36,
  /** A task's generator yielded. */
  item: 37,
  /** How many tasks had started and how much memory is used, said on the way out. */
  leaving: 38,
  /** An error that belongs to no task. */
  stray: 39,
  /** A log record, or output of a task. */
  log: 40,
  /** A pool of this worker asks for one worker more. */
  askGrant: 41,
  /** A worker that was granted is gone. */
  releaseGrant: 42,

  // A queue and its clients.
  request: 48,
  reply: 49,
} as const;

/** What the two ends of a connection tell each other first. */
export interface Hello {
  readonly version: number;
  readonly codec: string;
}
