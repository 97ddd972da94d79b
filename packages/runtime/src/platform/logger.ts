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
    return this.#handlers.size > 0 && LOG_LEVELS[level] >= this.#threshold;
  }

  /** Adds somebody who hears the messages. @returns A function that removes it. */
  addHandler(handler: LogHandler): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  log(level: LogLevel, ...parts: unknown[]): void {
    if (!this.isEnabled(level)) return;
    const message = parts.map((part) => (typeof part === 'string' ? part : inspect(part))).join(' ');
    const record: LogRecord = { level, message, processName: family().name, pid: process.pid, time: Date.now() };
    for (const handler of this.#handlers) handler(record);
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

const logger = new Logger();
let isToStderr = false;

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
  if (!isToStderr)
    logger.addHandler(({ level: said, processName, message }) => {
      process.stderr.write(`[${said.toUpperCase()}/${processName}] ${message}\n`);
    });
  isToStderr = true;
  return logger;
}

/** What a child must know to log as its parent does. */
export function logSettings(): { readonly level: LogLevel; readonly toStderr: boolean } {
  return { level: logger.level, toStderr: isToStderr };
}
