import type { AnyFunction } from '../model/ports.js';
import { Scripts } from './scripts.js';
import { Inspector } from './session.js';
import { probeName, stopAtEntry, stopEverywhere } from './stops.js';

/** How the stop of a function is to be made. */
export interface PauseOptions {
  /** Calls stand in its parameters, where V8 would place the stop, and they are passed by. */
  readonly stopsBeforeBody?: boolean;
  /** The function may run to its end: it is ours. */
  readonly mayGoOn?: boolean;
}

/** What may be done while a function stands at its entry. */
export interface PausedFrame {
  /** Evaluates an expression inside the function; `{ ok: false }` where it threw. */
  evaluate(
    expression: string,
  ): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown };
  /** Assigns a variable that the function sees. @returns whether it could be assigned. */
  assign(name: string, value: unknown): boolean;
  /**
   * Evaluates an expression with nothing around it: there alone V8 takes private names of any class.
   *
   * @param expression - Makes the expression, given one for `value`.
   * @returns the description of the error that it threw.
   */
  evaluateAlone(expression: (value: string) => string, value: unknown): string | undefined;
}

interface Paused {
  readonly callFrames: readonly { readonly callFrameId: string }[];
}

interface Evaluated {
  readonly exceptionDetails?: { readonly text: string; readonly exception?: { readonly description?: string } };
}

interface ProbeStash {
  value: unknown;
  out: { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown } | undefined;
}

let active: ((paused: Paused) => void) | undefined;
let listening = false;

/**
 * Calls a function, stops it at its entry, looks around, and terminates it: its body never runs.
 *
 * Whoever calls this has made sure that nothing of the user's runs before the body: the arguments keep defaults from
 * running, and the function is no class. Another debugger that is attached would see the pause.
 *
 * @param fn - The function to stop in.
 * @param call - Calls it; for a generator also its first `next`.
 * @param realmGlobal - The global object of the function's realm, through which the frame reaches our values.
 * @param look - What to do at the entry.
 * @param options - What is known about the function.
 * @returns whether the function was stopped at its entry.
 */
export function pauseIn(
  fn: AnyFunction,
  call: () => unknown,
  realmGlobal: object,
  look: (frame: PausedFrame) => void,
  { stopsBeforeBody = false, mayGoOn = false }: PauseOptions = {},
): boolean {
  const inspector = Inspector.get();
  if (!listening) {
    listening = true;
    inspector.on('Debugger.paused', (params) => active?.(params as Paused));
  }
  const name = probeName(fn, realmGlobal);
  const stash: ProbeStash = { value: undefined, out: undefined };
  let paused = false;
  let failure: { readonly error: unknown } | undefined;
  return Scripts.get().withPauses(() => {
    const breakpoints = (stopsBeforeBody ? stopEverywhere : stopAtEntry)(inspector, fn);
    Object.defineProperty(realmGlobal, name, { value: stash, configurable: true });
    active = ({ callFrames }) => {
      const callFrameId = callFrames[0]?.callFrameId;
      try {
        if (!paused && callFrameId !== undefined) {
          paused = true;
          look(frameAt(inspector, callFrameId, name, stash));
        }
      } catch (error) {
        failure = { error };
      } finally {
        if (!mayGoOn) inspector.send('Runtime.terminateExecution');
      }
    };
    try {
      inspector.callTerminable(call);
    } catch {
      // "Execution was terminated": what was asked for. An error of the call itself leaves `paused` false.
    } finally {
      active = undefined;
      Reflect.deleteProperty(realmGlobal, name);
      for (const breakpointId of breakpoints) inspector.post('Debugger.removeBreakpoint', { breakpointId });
      inspector.release();
    }
    if (failure !== undefined) throw failure.error;
    return paused;
  });
}

function frameAt(inspector: Inspector, callFrameId: string, name: string, stash: ProbeStash): PausedFrame {
  const run = (expression: string): void => {
    stash.out = undefined;
    inspector.post('Debugger.evaluateOnCallFrame', {
      callFrameId,
      expression: `try{${name}.out={ok:true,value:(${expression})}}catch($e){${name}.out={ok:false,error:$e}}`,
      silent: true,
    });
  };
  return {
    evaluate(expression) {
      run(expression);
      return stash.out ?? { ok: false, error: undefined };
    },
    assign(variable, value) {
      stash.value = value;
      run(`${variable}=${name}.value`);
      stash.value = undefined;
      return stash.out?.ok ?? false;
    },
    evaluateAlone(expression, value) {
      stash.value = value;
      const { exceptionDetails } = inspector.post<Evaluated>('Debugger.evaluateOnCallFrame', {
        callFrameId,
        expression: expression(`${name}.value`),
        silent: true,
      });
      stash.value = undefined;
      return exceptionDetails && (exceptionDetails.exception?.description ?? exceptionDetails.text);
    },
  };
}
