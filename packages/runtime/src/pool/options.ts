import type { LaunchOptions } from '../launch/launcher.js';
import { budget, isPoolWorker } from '../platform/budget.js';
import { cpuCount } from '../platform/cpus.js';
import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import { printTagged, type WorkerOutput } from './worker-output.js';

/** How a pool is set up. All parts are optional. */
export interface PoolOptions extends Omit<LaunchOptions, 'output'> {
  /**
   * The number of workers: `minProcesses` and `maxProcesses` at once. In a worker of another pool, without any of the three,
   * there is one worker, and more as far as the family's budget goes; see {@link setWorkerBudget}.
   *
   * @defaultValue cpuCount()
   */
  readonly processes?: number | undefined;
  /** So many workers are kept even when there is nothing to do. @defaultValue processes */
  readonly minProcesses?: number | undefined;
  /** More workers than this are never started. @defaultValue processes */
  readonly maxProcesses?: number | undefined;
  /** A worker above the minimum goes when it had nothing to do for so long, in milliseconds. @defaultValue 10_000 */
  readonly idleTimeoutMs?: number | undefined;
  /** Called in each worker before its first task. Where it throws, so does everything that was asked of the pool. */
  readonly initializer?: ((...args: never[]) => unknown) | undefined;
  /** What the initializer is called with. */
  readonly initargs?: readonly unknown[] | undefined;
  /** A worker is replaced after so many tasks; a chunk counts as one, and `map` makes four for each worker then. @defaultValue Infinity */
  readonly maxTasksPerChild?: number | undefined;
  /** A worker is replaced when its process uses more memory than this, in bytes. @defaultValue Infinity */
  readonly maxMemoryBytes?: number | undefined;
  /** A worker is replaced when it is older than this, in milliseconds. @defaultValue Infinity */
  readonly maxAgeMs?: number | undefined;
  /**
   * How many tasks may run at once in one worker, as far as they wait for something.
   *
   * @defaultValue 1
   */
  readonly concurrency?: number | undefined;
  /** So many tasks may wait; more are refused with `MP_OVERLOAD`. @defaultValue Infinity */
  readonly maxQueue?: number | undefined;
  /** So long a task that is over time or aborted has to end by itself, in milliseconds, before its worker is ended. @defaultValue 200 */
  readonly graceMs?: number | undefined;
  /**
   * Whether workers keep the program alive while they have something to do. An idle pool never does.
   *
   * @defaultValue true
   */
  readonly keepsAlive?: boolean | undefined;
  /** The beginning of the workers' names. @defaultValue 'PoolWorker' */
  readonly name?: string | undefined;
  /**
   * Where the standard output and error of workers go. `'tagged'` writes them to those of this process, each line with the
   * worker and the task that wrote it in front.
   *
   * @defaultValue 'inherit'
   */
  readonly output?: 'inherit' | 'ignore' | 'tagged' | undefined;
  /** Called with each line that a worker writes, in place of {@link PoolOptions.output}; a task's own before its result. */
  readonly onOutput?: ((line: WorkerOutput) => void) | undefined;
}

const OUTPUTS: readonly string[] = ['inherit', 'ignore', 'tagged'];

/** {@link PoolOptions} after defaults. */
export interface ResolvedPoolOptions {
  readonly minProcesses: number;
  readonly maxProcesses: number;
  /** Whether every worker but the first must be granted by the family's budget. */
  readonly sharesBudget: boolean;
  readonly idleTimeoutMs: number;
  readonly initializer: ((...args: never[]) => unknown) | undefined;
  readonly initargs: readonly unknown[];
  readonly maxTasksPerChild: number;
  readonly maxMemoryBytes: number;
  readonly maxAgeMs: number;
  readonly concurrency: number;
  readonly maxQueue: number;
  readonly graceMs: number;
  readonly keepsAlive: boolean;
  readonly name: string;
  /** Who hears what workers write. */
  readonly onOutput: ((line: WorkerOutput) => void) | undefined;
  readonly launch: LaunchOptions;
}

/** Complete by its type: an option that is added and not listed here does not compile. */
const OPTIONS: { readonly [K in keyof PoolOptions]-?: true } = {
  processes: true,
  minProcesses: true,
  maxProcesses: true,
  idleTimeoutMs: true,
  initializer: true,
  initargs: true,
  maxTasksPerChild: true,
  maxMemoryBytes: true,
  maxAgeMs: true,
  concurrency: true,
  maxQueue: true,
  graceMs: true,
  keepsAlive: true,
  name: true,
  execArgv: true,
  env: true,
  cwd: true,
  output: true,
  onOutput: true,
  resourceLimits: true,
  inspect: true,
};

/** Copies the options, checks them, and fills in what is missing. @throws ProcessError with code `MP_ARGUMENT`. */
export function resolvePoolOptions(options: PoolOptions | number = {}): ResolvedPoolOptions {
  const given: PoolOptions = typeof options === 'number' ? { processes: options } : options;
  if (typeof given !== 'object' || given === null)
    throw refuse('options', 'an object, or the number of workers', given);
  checkNames(given, OPTIONS, 'pool');
  const sharesBudget = isPoolWorker() && (given.processes ?? given.minProcesses ?? given.maxProcesses) === undefined;
  const processes = count(
    'processes',
    given.processes,
    Math.max(sharesBudget ? budget().limit : cpuCount(), given.minProcesses ?? 1),
    1,
  );
  const maxProcesses = count('maxProcesses', given.maxProcesses, Math.max(processes, given.minProcesses ?? 0), 1);
  const minProcesses = count(
    'minProcesses',
    given.minProcesses,
    sharesBudget ? 1 : Math.min(processes, maxProcesses),
    0,
  );
  if (minProcesses > maxProcesses) throw refuse('minProcesses', `at most maxProcesses (${maxProcesses})`, minProcesses);
  const { initializer, initargs } = given;
  if (initializer !== undefined && typeof initializer !== 'function')
    throw refuse('initializer', 'a function', initializer);
  if (initargs !== undefined && !Array.isArray(initargs)) throw refuse('initargs', 'an array', initargs);
  const { execArgv, env, cwd, inspect } = given;
  if (typeof inspect === 'number' && inspect !== 0 && maxProcesses > 1)
    throw refuse('inspect', 'true for more than one worker, so that each has a port of its own', inspect);
  const output = given.output ?? 'inherit';
  const onOutput = given.onOutput ?? (output === 'tagged' ? printTagged : undefined);
  if (!OUTPUTS.includes(output)) throw refuse('output', `one of ${OUTPUTS.map((o) => `'${o}'`).join(', ')}`, output);
  if (onOutput !== undefined && typeof onOutput !== 'function') throw refuse('onOutput', 'a function', onOutput);
  // What native code writes comes by the pipe.
  const streams: LaunchOptions['output'] = onOutput !== undefined || output === 'tagged' ? 'pipe' : output;
  return Object.freeze({
    minProcesses,
    maxProcesses,
    sharesBudget,
    // What others wait for is given back soon.
    idleTimeoutMs: duration('idleTimeoutMs', given.idleTimeoutMs, sharesBudget ? 500 : 10_000),
    initializer,
    initargs: initargs ?? [],
    maxTasksPerChild: count('maxTasksPerChild', given.maxTasksPerChild, Number.POSITIVE_INFINITY, 1),
    maxMemoryBytes: duration('maxMemoryBytes', given.maxMemoryBytes, Number.POSITIVE_INFINITY),
    maxAgeMs: duration('maxAgeMs', given.maxAgeMs, Number.POSITIVE_INFINITY),
    concurrency: count('concurrency', given.concurrency, 1, 1),
    maxQueue: count('maxQueue', given.maxQueue, Number.POSITIVE_INFINITY, 1),
    graceMs: duration('graceMs', given.graceMs, 200),
    keepsAlive: given.keepsAlive ?? true,
    name: given.name ?? 'PoolWorker',
    onOutput,
    launch: {
      execArgv,
      env,
      cwd,
      output: streams,
      resourceLimits: given.resourceLimits,
      inspect,
    },
  });
}

/** @throws ProcessError where there is an option that is not known: most likely misspelt, and silently without effect. */
export function checkNames(options: object, known: object, whose: string): void {
  for (const name of Object.keys(options))
    if (!Object.hasOwn(known, name))
      throw new ProcessError(
        PROCESS_ERROR_CODES.argument,
        `A ${whose} has no option ${JSON.stringify(name)}. Its options are ${Object.keys(known).join(', ')}.`,
      );
}

/** @returns The option's value, or the default where it is not given. @throws ProcessError where it is no such integer. */
export function count(name: string, value: unknown, byDefault: number, least: number): number {
  if (value === undefined) return byDefault;
  if (isNumber(value) && value >= least && (Number.isInteger(value) || value === Number.POSITIVE_INFINITY))
    return value;
  throw refuse(name, `an integer of at least ${least}`, value);
}

/** Whether a value is a number that can be compared: any but NaN. */
export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && !Number.isNaN(value);
}

function duration(name: string, value: unknown, byDefault: number): number {
  if (value === undefined) return byDefault;
  if (typeof value === 'number' && value >= 0) return value;
  throw refuse(name, 'a number of at least 0', value);
}

/** The error for an option that has a wrong value. */
export function refuse(name: string, expected: string, found: unknown): ProcessError {
  return new ProcessError(
    PROCESS_ERROR_CODES.argument,
    `The option ${name} is ${expected}, not ${describeFound(found)}.`,
  );
}

function describeFound(found: unknown): string {
  if (typeof found === 'string') return JSON.stringify(found);
  if (typeof found === 'function') return 'a function';
  if (typeof found === 'object' && found !== null) return Array.isArray(found) ? 'an array' : 'an object';
  return String(found);
}

/** What is asked for one task, or for each task of a call. */
export interface TaskOptions {
  /**
   * So long the task may run, in milliseconds, counted from its start. Of `map` and its relatives each item is a task, unless
   * `chunkSize` says otherwise: then the limit is that of a chunk.
   */
  readonly timeoutMs?: number | undefined;
  /** Cancels the task: at once, if it waits; if it runs, by its own signal, and then with its worker. */
  readonly signal?: AbortSignal | undefined;
  /** How often the task is run again when its worker dies. @defaultValue 0 */
  readonly retries?: number | undefined;
  /** Higher runs earlier. @defaultValue 0 */
  readonly priority?: number | undefined;
  /** Tasks with the same key run in the same worker, as long as it lives. */
  readonly affinity?: string | number | undefined;
  /** Called with what the task reports by {@link CurrentTask.reportProgress}. */
  readonly onProgress?: ((value: unknown) => void) | undefined;
}

/** What is asked for a call with callbacks. */
export interface CallbackOptions<T> extends TaskOptions {
  /** Called with the result. */
  readonly callback?: ((value: T) => void) | undefined;
  /** Called with the error. */
  readonly errorCallback?: ((error: unknown) => void) | undefined;
}

/** What is asked for `map` and its relatives. */
export interface MapOptions extends TaskOptions {
  /** So many items travel together. By default as many as keep a worker busy for some 20 ms, learned on the way. */
  readonly chunkSize?: number | undefined;
  /** Shows how many items are done by a bar on standard error; a string is written in front of it. @defaultValue false */
  readonly progress?: boolean | string | undefined;
  /** Whether the first error ends the call and cancels the rest. Otherwise all items are finished first. @defaultValue false */
  readonly failFast?: boolean | undefined;
}

/** What is asked for `imap` and `imapUnordered`. */
export interface ImapOptions extends TaskOptions {
  /** As {@link MapOptions.progress}. */
  readonly progress?: boolean | string | undefined;
  /** So many items travel together. @defaultValue learned on the way, as for {@link MapOptions.chunkSize} */
  readonly chunkSize?: number | undefined;
  /**
   * So many items at most are taken from the input before their results are taken.
   *
   * @defaultValue 16 for each worker, or three chunks where `chunkSize` says more; up to 2048 where they are quick, items are
   *   small scalars, and results are small scalars or a few of them in an object or array
   */
  readonly bufferSize?: number | undefined;
}
