import { inspect } from 'node:util';
import { family } from './family.js';

/** How much a logger says; what is lower is not said. Python's numbers. */
export const LOG_LEVELS = { subdebug: 5, debug: 10, info: 20, subwarning: 25, warning: 30, error: 40 } as const;

/** A name of {@link LOG_LEVELS}. */
export type LogLevel = keyof typeof LOG_LEVELS;

/** A message of the runtime, or of a program that uses its logger. */
export interface LogRecord {
  readonly level: LogLevel;
  readonly message: string;
  /** The process that said it. */
  readonly processName: string;
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** The number of the pool's task that said it, in a worker. */
  readonly task?: number;
}

/** Where messages go. */
export type LogHandler = (record: LogRecord) => void;

/** The logger of this process. */
export class Logger {
  readonly #handlers = new Set<LogHandler>();
  #threshold: number = LOG_LEVELS.warning;
  #level: LogLevel = 'warning';

  /** What is lower than this is not said. */
  get level(): LogLevel {
    return this.#level;
  }

  set level(level: LogLevel) {
    this.#level = level;
    this.#threshold = LOG_LEVELS[level];
  }

  /** Whether anybody hears messages of this level: for messages that are expensive to make. */
  isEnabled(level: LogLevel): boolean {
    return (isToStderr || this.#handlers.size > 0) && LOG_LEVELS[level] >= this.#threshold;
  }

  /**
   * Adds somebody who hears the messages: those of this process, and those of the processes and workers that it starts from
   * now on. @returns A function that removes it.
   */
  addHandler(handler: LogHandler): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  log(level: LogLevel, ...parts: unknown[]): void {
    if (!this.isEnabled(level)) return;
    const message = parts.map((part) => (typeof part === 'string' ? part : inspect(part))).join(' ');
    const { name: processName } = family();
    const task = findTask();
    const record: LogRecord = {
      level,
      message,
      processName,
      pid: process.pid,
      time: Date.now(),
      ...(task === undefined ? {} : { task }),
    };
    if (isToStderr) printRecord(record);
    this.hear(record);
  }

  /** @internal Hands on a message that another process has said, and has written to standard error if it had to. */
  hear(record: LogRecord): void {
    for (const handler of this.#handlers) handler(record);
  }

  /** @internal Whether anybody but standard error hears. */
  get isHeard(): boolean {
    return this.#handlers.size > 0;
  }

  debug(...parts: unknown[]): void {
    this.log('debug', ...parts);
  }

  info(...parts: unknown[]): void {
    this.log('info', ...parts);
  }

  warning(...parts: unknown[]): void {
    this.log('warning', ...parts);
  }

  error(...parts: unknown[]): void {
    this.log('error', ...parts);
  }
}

let isToStderr = false;
/** The number of the task that runs. */
let findTask: () => number | undefined = () => undefined;
const logger = new Logger();

/** Says how to find the number of the task that runs, in a worker. */
export function findTaskOfRecords(find: () => number | undefined): void {
  findTask = find;
}

function printRecord({ level, processName, task, message }: LogRecord): void {
  const tag = `${processName}${task === undefined ? '' : ` task ${task}`}`;
  process.stderr.write(`[${level.toUpperCase()}/${tag}] ${message}\n`);
}

/** The logger of this process. It says nothing until it has a handler. */
export function getLogger(): Logger {
  return logger;
}

/**
 * Lets the logger write to standard error, here and in the processes that are started from now on.
 *
 * @param level - What is lower is not said. By default the logger's level stays.
 */
export function logToStderr(level?: LogLevel): Logger {
  if (level !== undefined) logger.level = level;
  isToStderr = true;
  return logger;
}

/** How a process logs. */
export interface LogSettings {
  readonly level: LogLevel;
  readonly toStderr: boolean;
  /** Whether somebody else hears, too. */
  readonly isHeard: boolean;
}

/** What a child must know to log as its parent does. */
export function logSettings(): LogSettings {
  return { level: logger.level, toStderr: isToStderr, isHeard: logger.isHeard };
}
