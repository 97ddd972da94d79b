import type { AnyFunction } from '../model/ports.js';
import { type PausedFrame, type PauseOptions, pauseIn } from './pause.js';
import { Scripts } from './scripts.js';
import { Inspector } from './session.js';
import { probeName, stopAtEntry, stopEverywhere } from './stops.js';

/** What will be asked of a function at its entry. */
export interface EntryQuestions {
  /** Expressions: `this`, `new.target`, names of variables. */
  readonly reads?: readonly string[];
  /** Names of variables that may be assigned. */
  readonly assigns?: readonly string[];
}

/** What may be done while a function stands at its entry. */
export type EntryFrame = Pick<PausedFrame, 'evaluate' | 'assign'>;

/** What the condition of a breakpoint talks to. */
interface Probe {
  /** Given what reads each expression, and what assigns each variable. */
  look(reads: readonly (() => unknown)[], assigns: readonly ((value: unknown) => unknown)[]): void;
  stop(): void;
}

/**
 * Calls a function, looks around at its entry, and terminates it: its body never runs.
 *
 * V8 evaluates the condition of a breakpoint inside the function: that is where we look, and the condition is false. So
 * no pause is made, for which V8 lists every frame on the stack with all variables of all of its scopes: 7 ms
 * under a program's few frames and our own, 50 under a thousand, where this takes 0.2 whatever the stack.
 *
 * Whoever calls this has made sure that nothing of the user's runs before the body: the arguments keep defaults from
 * running, and the function is no class whose fields have initialisers.
 *
 * @param fn - The function to look into.
 * @param call - Calls it; for a generator also its first `next`.
 * @param realmGlobal - The global object of the function's realm, through which the condition reaches us.
 * @param questions - All that `look` will ask.
 * @param look - What to do at the entry.
 * @param options - What is known about the function.
 * @returns whether the function was stopped at its entry.
 */
export function lookAtEntry(
  fn: AnyFunction,
  call: () => unknown,
  realmGlobal: object,
  questions: EntryQuestions,
  look: (frame: EntryFrame) => void,
  options: PauseOptions & { readonly isInWith?: boolean } = {},
): boolean {
  // In a `with` statement any name may be the object's.
  if (options.isInWith === true || !areNamesPlain(questions) || !canStopByCondition()) {
    return pauseIn(fn, call, realmGlobal, look, options);
  }
  return lookByCondition(fn, call, realmGlobal, questions, look, options);
}

function lookByCondition(
  fn: AnyFunction,
  call: () => unknown,
  realmGlobal: object,
  { reads = [], assigns = [] }: EntryQuestions,
  look: (frame: EntryFrame) => void,
  { stopsBeforeBody = false }: PauseOptions,
): boolean {
  requireStack();
  const inspector = Inspector.get();
  let looked = false;
  let failure: { readonly error: unknown } | undefined;
  const probe: Probe = {
    look(readers, writers) {
      if (looked) return;
      looked = true;
      try {
        look(frameOf({ reads, assigns }, readers, writers));
      } catch (error) {
        failure = { error };
      }
    },
    stop: () => inspector.send('Runtime.terminateExecution'),
  };
  const name = probeName(fn, realmGlobal);
  const readers = reads.map((expression) => `()=>(${expression})`).join();
  const writers = assigns.map((variable) => `${name}v=>{${variable}=${name}v}`).join();
  // To be terminated is the last that it asks for: nothing of it is left that could be.
  const condition = `(${name}.look([${readers}],[${writers}]),${name}.stop(),false)`;
  return Scripts.get().withDebugger(() => {
    const breakpoints = (stopsBeforeBody ? stopEverywhere : stopAtEntry)(inspector, fn, condition);
    Object.defineProperty(realmGlobal, name, { value: probe, configurable: true });
    try {
      inspector.callTerminable(call);
    } catch {
      // "Execution was terminated": what was asked for. An error of the call itself leaves `looked` false.
    } finally {
      Reflect.deleteProperty(realmGlobal, name);
      for (const breakpointId of breakpoints) inspector.post('Debugger.removeBreakpoint', { breakpointId });
      inspector.release();
    }
    if (failure !== undefined) throw failure.error;
    return looked;
  });
}

function frameOf(
  { reads = [], assigns = [] }: EntryQuestions,
  readers: readonly (() => unknown)[],
  writers: readonly ((value: unknown) => unknown)[],
): EntryFrame {
  return {
    evaluate(expression) {
      const read = readers[reads.indexOf(expression)];
      if (read === undefined) throw new TypeError(`${expression} was not announced`);
      try {
        return { ok: true, value: read() };
      } catch (error) {
        return { ok: false, error };
      }
    },
    assign(variable, value) {
      const write = writers[assigns.indexOf(variable)];
      if (write === undefined) throw new TypeError(`${variable} was not announced`);
      try {
        write(value);
        return true;
      } catch {
        return false;
      }
    },
  };
}

/** Words that are names in some functions only. */
const NOT_NAMES: ReadonlySet<string> = new Set(['arguments', 'async', 'await', 'eval', 'let', 'static', 'yield']);

/**
 * Whether the condition is sure to be parsed: V8 takes one that is not for false, and the body would run. `new.target` may
 * not stand everywhere.
 */
function areNamesPlain({ reads = [], assigns = [] }: EntryQuestions): boolean {
  return [...reads, ...assigns].every((name) => /^[\w$]+$/.test(name) && !NOT_NAMES.has(name));
}

/** What the condition and the command in it may need, several times over. */
const FRAMES = 1000;

/**
 * Where the stack is nearly full, a condition fails instead of being evaluated, and the body would run.
 *
 * @throws RangeError in its place.
 */
function requireStack(): void {
  descend(FRAMES);
}

function descend(frames: number): number {
  return frames === 0 ? 0 : descend(frames - 1) + 1;
}

let isEnough: boolean | undefined;

/** Whether a condition can stop a function, here and now: it can in V8 from 11.3 to 14.6. Tried once, on a function of ours. */
export function canStopByCondition(): boolean {
  if (isEnough === undefined) {
    const seen: unknown[] = [];
    const tried = (): void => {
      seen.push('body');
    };
    lookByCondition(tried, tried, globalThis, { reads: ['seen'] }, (frame) => seen.push(frame.evaluate('seen').ok), {});
    isEnough = seen.length === 1 && seen[0] === true;
  }
  return isEnough;
}

/**
 * Makes an instance of a base class whose text is not ours, with its private fields, without running its constructor.
 *
 * V8 initialises the fields before it enters the constructor, where the call is stopped: so initialisers do run.
 */
export function constructBare(fn: AnyFunction, args: readonly unknown[] = []): object | undefined {
  let instance: unknown;
  lookAtEntry(
    fn,
    () => Reflect.construct(fn, args) as unknown,
    globalThis,
    { reads: ['this'] },
    (frame) => {
      const found = frame.evaluate('this');
      if (found.ok) instance = found.value;
    },
  );
  return typeof instance === 'object' && instance !== null ? instance : undefined;
}
