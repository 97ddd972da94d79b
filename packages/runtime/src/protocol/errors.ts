import { defineName, MpError } from '@mp/codec';

/** Why a process, a channel, a queue or a pool could not do what was asked. */
export const PROCESS_ERROR_CODES = {
  /** An argument or option has a value that it cannot have. */
  argument: 'MP_ARGUMENT',
  /** The object is in a state in which this cannot be done: started twice, joined before it was closed. */
  state: 'MP_STATE',
  /** The object was closed. */
  closed: 'MP_CLOSED',
  /** The handle was sent to another process and belongs there now. */
  moved: 'MP_MOVED',
  /** The other end is gone and everything it sent was read. */
  eof: 'MP_EOF',
  /** The other end went away before it took what was sent. */
  brokenPipe: 'MP_BROKEN_PIPE',
  /** The next message is of the other kind: bytes instead of a value, or a value instead of bytes. */
  messageKind: 'MP_MESSAGE_KIND',
  /** The message is longer than the receiver's buffer or limit. */
  tooShort: 'MP_BUFFER_TOO_SHORT',
  /** A frame does not follow the protocol. */
  protocol: 'MP_PROTOCOL',
  /** The two ends use different codecs or versions. */
  codec: 'MP_CODEC_MISMATCH',
  /** The time is over. */
  timeout: 'MP_TIMEOUT',
  /** Nobody listens at the address, or one cannot listen there. */
  address: 'MP_ADDRESS',
  /** The other end did not prove that it knows the key. */
  authentication: 'MP_AUTHENTICATION',
  /** A process could not be started. */
  start: 'MP_START',
  /** A process was asked to start while a child process is importing modules. */
  startWhileImporting: 'MP_START_WHILE_IMPORTING',
  /** The worker died while it ran the task, or before it could be known whether it had. */
  workerDied: 'MP_WORKER_DIED',
  /** The pool's initializer threw. */
  initializer: 'MP_INITIALIZER',
  /** Workers die faster than they can be replaced. */
  failureStorm: 'MP_FAILURE_STORM',
  /** The pool was terminated before the task was done. */
  terminated: 'MP_TERMINATED',
  /** The task was cancelled. */
  cancelled: 'MP_CANCELLED',
  /** The queue of waiting tasks is full. */
  overload: 'MP_OVERLOAD',
  /** The result, or the error, of a task could not be encoded or decoded. */
  result: 'MP_RESULT',
  /** The queue is empty. */
  empty: 'MP_QUEUE_EMPTY',
  /** The queue is full. */
  full: 'MP_QUEUE_FULL',
  /** The function is not what its module exports under this name. */
  export: 'MP_EXPORT',
  /** This needs @mp/native, which is not there; the message says why. */
  nativeUnavailable: 'MP_NATIVE_UNAVAILABLE',
  /** A lock was released by one who does not hold it, or a semaphore beyond its bound. */
  notHeld: 'MP_NOT_HELD',
  /** Shared memory does not hold what it should. */
  layout: 'MP_LAYOUT',
  /** The barrier was broken. */
  brokenBarrier: 'MP_BROKEN_BARRIER',
} as const;

/** A code of {@link PROCESS_ERROR_CODES}. */
export type ProcessErrorCode = (typeof PROCESS_ERROR_CODES)[keyof typeof PROCESS_ERROR_CODES];

/** A process, channel, queue or pool could not do what was asked; {@link MpError.code} says why. */
export class ProcessError extends MpError {
  constructor(code: ProcessErrorCode | (string & {}), message: string, options?: { cause?: unknown; path?: string }) {
    super(code, message, options);
  }

  static {
    defineName(ProcessError, 'ProcessError');
  }
}

/** A received message is longer than the buffer it was to be put into. The message is in {@link BufferTooShort.bytes}. */
export class BufferTooShort extends ProcessError {
  /** The whole message. */
  readonly bytes: Uint8Array;

  constructor(message: string, bytes: Uint8Array) {
    super(PROCESS_ERROR_CODES.tooShort, message);
    this.bytes = bytes;
  }

  static {
    defineName(BufferTooShort, 'BufferTooShort');
  }
}

/** Something did not happen in the time it was given. */
export class TimeoutError extends ProcessError {
  constructor(message: string, options?: { cause?: unknown }) {
    super(PROCESS_ERROR_CODES.timeout, message, options);
  }

  static {
    defineName(TimeoutError, 'TimeoutError');
  }
}

/** The other end of a connection did not prove that it knows the key. */
export class AuthenticationError extends ProcessError {
  constructor(message: string, options?: { cause?: unknown }) {
    super(PROCESS_ERROR_CODES.authentication, message, options);
  }

  static {
    defineName(AuthenticationError, 'AuthenticationError');
  }
}

/** The other end is gone, and everything it sent was read. */
export class EOFError extends ProcessError {
  constructor(message = 'The other end of the connection is closed, and there is nothing left to read.') {
    super(PROCESS_ERROR_CODES.eof, message);
  }

  static {
    defineName(EOFError, 'EOFError');
  }
}

/** What is known about the end of a worker. */
export interface WorkerDeath {
  /** As {@link Process.exitCode}: the exit code, or the negative number of the signal. */
  readonly exitCode: number;
  /** The name of the signal that ended it, where one did. */
  readonly signal: string | undefined;
  /** Its process id. */
  readonly pid: number | undefined;
}

/** A worker died while it ran the task. */
export class WorkerDiedError extends ProcessError implements WorkerDeath {
  readonly exitCode: number;
  readonly signal: string | undefined;
  readonly pid: number | undefined;
  /**
   * True where it cannot be known whether the task had started.
   * Such a task is not run again unless its `retries` allow it.
   */
  readonly maybeStarted: boolean;

  constructor(message: string, death: WorkerDeath, maybeStarted: boolean) {
    super(PROCESS_ERROR_CODES.workerDied, message);
    this.exitCode = death.exitCode;
    this.signal = death.signal;
    this.pid = death.pid;
    this.maybeStarted = maybeStarted;
  }

  static {
    defineName(WorkerDiedError, 'WorkerDiedError');
  }
}

/** There was nothing in the queue (in the time given). */
export class QueueEmpty extends ProcessError {
  constructor(message = 'The queue is empty.') {
    super(PROCESS_ERROR_CODES.empty, message);
  }

  static {
    defineName(QueueEmpty, 'QueueEmpty');
  }
}

/** There was no room in the queue (in the time given). */
export class QueueFull extends ProcessError {
  constructor(message = 'The queue is full.') {
    super(PROCESS_ERROR_CODES.full, message);
  }

  static {
    defineName(QueueFull, 'QueueFull');
  }
}
