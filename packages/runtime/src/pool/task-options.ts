import {
  type CallbackOptions,
  checkNames,
  count,
  type ImapOptions,
  isNumber,
  type MapOptions,
  refuse,
} from './options.js';

/** The options of every call of a pool: {@link CallbackOptions}, {@link MapOptions} and {@link ImapOptions} together. */
const OPTIONS: { readonly [K in keyof (CallbackOptions<unknown> & MapOptions & ImapOptions)]-?: true } = {
  timeoutMs: true,
  signal: true,
  retries: true,
  priority: true,
  affinity: true,
  onProgress: true,
  callback: true,
  errorCallback: true,
  chunkSize: true,
  failFast: true,
  progress: true,
  bufferSize: true,
};
const FUNCTIONS = ['onProgress', 'callback', 'errorCallback'] as const;

/** Checks what was asked for a call. @throws ProcessError with code `MP_ARGUMENT` that names the option. */
export function checkTaskOptions(options: object): void {
  if (typeof options !== 'object' || options === null) throw refuse('options', 'an object', options);
  checkNames(options, OPTIONS, 'task');
  const given = options as Readonly<Record<string, unknown>>;
  const { timeoutMs, signal, retries, priority, affinity, chunkSize, bufferSize, progress } = given;
  if (timeoutMs !== undefined && !(isNumber(timeoutMs) && timeoutMs >= 0))
    throw refuse('timeoutMs', 'a number of milliseconds of at least 0', timeoutMs);
  if (signal !== undefined && !isSignal(signal)) throw refuse('signal', 'an AbortSignal', signal);
  if (priority !== undefined && !isNumber(priority)) throw refuse('priority', 'a number', priority);
  if (affinity !== undefined && typeof affinity !== 'string' && !isNumber(affinity))
    throw refuse('affinity', 'a string or a number', affinity);
  if (progress !== undefined && typeof progress !== 'boolean' && typeof progress !== 'string')
    throw refuse('progress', 'true, false, or what is written in front of the bar', progress);
  count('retries', retries, 0, 0);
  count('chunkSize', chunkSize, 1, 1);
  count('bufferSize', bufferSize, 1, 1);
  for (const name of FUNCTIONS)
    if (given[name] !== undefined && typeof given[name] !== 'function') throw refuse(name, 'a function', given[name]);
}

/** By its shape: a signal may come from another realm or from a library. */
function isSignal(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { aborted, addEventListener } = value as { aborted?: unknown; addEventListener?: unknown };
  return typeof aborted === 'boolean' && typeof addEventListener === 'function';
}
