import { runSoon } from '../platform/microtask.js';

/**
 * Looking at the stack costs 2.5 µs, and 10 µs from a function that has awaited something: as much as all else that a small
 * task costs. It is done this often at most, in milliseconds.
 */
const INTERVAL_MS = 1;
/** So many times in a row it is done nevertheless, after a while of silence. */
const BURST = 16;
const FRAMES = 8;

/** So many calls of one turn of the event loop go by between two looks at the clock, where the last one said no. */
const SKIPPED = 15;

/** The time up to which looks were paid for, as in a token bucket. */
let paidUntil = 0;
let toSkip = 0;

/** Remembers where a task was asked for, to be shown when it fails. */
export function captureCallSite(below: (...args: never[]) => unknown): { readonly stack?: string } | undefined {
  if (toSkip === 0) return look(below);
  toSkip--;
  return undefined;
}

/** Not in the function above, which is a part of what each task costs. */
function look(below: (...args: never[]) => unknown): { readonly stack?: string } | undefined {
  const now = performance.now();
  if (paidUntil > now) {
    toSkip = SKIPPED;
    runSoon(endTurn);
    return undefined;
  }
  paidUntil = Math.max(paidUntil, now - BURST * INTERVAL_MS) + INTERVAL_MS;
  const site: { stack?: string } = {};
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES;
  // The text is made only if somebody reads it.
  Error.captureStackTrace(site, below);
  Error.stackTraceLimit = limit;
  return site;
}

/** Where this package's own files are. */
const RUNTIME = new URL('../', import.meta.url).href;

/** The stack without the frames of the worker's loop, which say nothing to anybody. */
function withoutRuntime(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => !line.includes(RUNTIME))
    .join('\n');
}

/** Adds where the task was asked for to the stack of the error that it ended with. */
export function addCallSite(error: unknown, site: { readonly stack?: string } | undefined, where: string): void {
  try {
    if (!(error instanceof Error) || typeof error.stack !== 'string') return;
    const frames = site?.stack?.split('\n').slice(1).join('\n');
    const own = withoutRuntime(error.stack);
    const stack = `${own}\n    in ${where}${frames ? `, called from\n${frames}` : ''}`;
    Object.defineProperty(error, 'stack', { value: stack, configurable: true, writable: true });
  } catch {
    // A frozen error keeps the stack it has, and so does one that throws when it is read.
  }
}

/** What comes later may be long after. */
function endTurn(): void {
  toSkip = 0;
}
