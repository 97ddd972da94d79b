import type { AnyFunction } from '../model/ports.js';
import { canStopByCondition } from './entry.js';
import { Scripts } from './scripts.js';
import { Inspector } from './session.js';
import { probeName } from './stops.js';

/** A place in a constructor: lines after that of its start, and the column, which counts from the start in the first line. */
export interface PlaceInConstructor {
  readonly line: number;
  readonly column: number;
}

interface Location {
  readonly scriptId: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/**
 * Calls a constructor and terminates it at a place: nothing behind that runs. Whoever calls this has made sure that
 * nothing of the user's runs before it, but for initialisers of fields.
 *
 * @param place - `undefined` for a constructor that does nothing but call that of its superclass.
 * @returns whether it was called, and ended at the place.
 */
export function constructUpTo(
  K: AnyFunction,
  args: readonly unknown[],
  place: PlaceInConstructor | undefined,
): boolean {
  if (place === undefined) {
    Reflect.construct(K, args);
    return true;
  }
  if (!canStopByCondition() || Inspector.get().isDebuggerAttached) return false;
  const inspector = Inspector.get();
  const name = probeName(K, globalThis);
  let stopped = false;
  const stop = (): void => {
    stopped = true;
    inspector.send('Runtime.terminateExecution');
  };
  Scripts.get().withDebugger(() => {
    const breakpoints = locationsFrom(inspector, K, place).map(
      (location) =>
        inspector.post<{ breakpointId: string }>('Debugger.setBreakpoint', { location, condition: `(${name}(),false)` })
          .breakpointId,
    );
    Object.defineProperty(globalThis, name, { value: stop, configurable: true });
    try {
      // Without a place to stop at it would run to its end.
      if (breakpoints.length > 0) inspector.callTerminable(() => Reflect.construct(K, args) as unknown);
    } catch {
      // "Execution was terminated": what was asked for.
    } finally {
      Reflect.deleteProperty(globalThis, name);
      for (const breakpointId of breakpoints) inspector.post('Debugger.removeBreakpoint', { breakpointId });
      inspector.release();
    }
  });
  return stopped;
}

function locationsFrom(
  inspector: Inspector,
  K: AnyFunction,
  { line, column }: PlaceInConstructor,
): readonly Location[] {
  const internal = inspector.properties(inspector.idOf(K)).internalProperties ?? [];
  const at = internal.find(({ name }) => name === '[[FunctionLocation]]')?.value?.value as Location | undefined;
  if (at === undefined) return [];
  const start = {
    scriptId: at.scriptId,
    lineNumber: at.lineNumber + line,
    columnNumber: line === 0 ? at.columnNumber + column : column,
  };
  return inspector.post<{ locations: readonly Location[] }>('Debugger.getPossibleBreakpoints', {
    start,
    restrictToFunction: true,
  }).locations;
}
