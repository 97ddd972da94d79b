import { fileURLToPath } from 'node:url';
import type { Family } from '../platform/family.js';

/**
 * Levels of processes below the main one. Beyond, it is a chain without an end: a module that starts processes while it
 * loads, and that the tasks of these processes import again.
 */
const MOST_LEVELS = 32;

/** With these frames Node evaluates a module: ES modules loaded by `import` and by `require`, and CommonJS. */
const EVALUATION = /\(node:internal\/modules\/(?:esm\/module_job|cjs\/loader)[:)]|\bModule\._compile\b/;
const PLACE = /(?:\(|at (?:async )?)((?:file:\/\/)?\/[^()]*|(?:file:\/\/\/)?[A-Z]:[^()]*?):\d+:\d+\)?$/;

/**
 * Why a process in this place of a family must not start another one, if so: it is the main module that asks, which is being
 * loaded here a second time because a task imports it. It would do in each process what it did in the first one.
 *
 * @returns `undefined` where nothing is wrong.
 */
export function chainProblem({ identity, main }: Family): string | undefined {
  if (identity.length === 0) return undefined;
  if (main !== undefined && isEvaluating(main, callers()))
    return (
      `a task imported the main module of the program, ${main}, which starts processes while it loads. Put what tasks ` +
      'import into a module of its own, or let the main module start processes only where parentProcess() is undefined'
    );
  if (identity.length < MOST_LEVELS) return undefined;
  return (
    `${identity.length} processes have started each other in a row. Most likely a task imports a module that starts ` +
    'processes while it loads: start them inside functions'
  );
}

/** Whether the innermost module that is being evaluated is this one. */
function isEvaluating(path: string, stack: readonly string[]): boolean {
  const at = stack.findIndex((line) => EVALUATION.test(line));
  const outermost = at > 0 ? PLACE.exec(stack[at - 1] as string)?.[1] : undefined;
  if (outermost === undefined) return false;
  const file = outermost.startsWith('file:') ? fileURLToPath(outermost) : outermost;
  // The path that Node was started with may lack its extension.
  return file === path || file.startsWith(`${path}.`);
}

function callers(): readonly string[] {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = Number.POSITIVE_INFINITY;
  const { stack } = new Error();
  Error.stackTraceLimit = before;
  // A program may have put anything there by `Error.prepareStackTrace`.
  return typeof stack === 'string' ? stack.split('\n') : [];
}
