import { textOf } from '../model/function-text.js';
import type { AnyFunction } from '../model/ports.js';
import type { Inspector } from './session.js';

interface Breakpoint {
  readonly breakpointId: string;
}

/**
 * Sets a breakpoint at the entry of a function.
 *
 * @param condition - An expression that V8 evaluates there, inside of the function; it pauses where that is true. It always
 *   pauses without one.
 * @returns the ids of the breakpoints.
 */
export function stopAtEntry(inspector: Inspector, fn: AnyFunction, condition?: string): readonly string[] {
  const objectId = inspector.idOf(fn);
  return [inspector.post<Breakpoint>('Debugger.setBreakpointOnFunctionCall', { objectId, condition }).breakpointId];
}

/** Likewise wherever V8 can stop in a function: what comes first is reached first, and no call is made before. */
export function stopEverywhere(inspector: Inspector, fn: AnyFunction, condition?: string): readonly string[] {
  const internal = inspector.properties(inspector.idOf(fn)).internalProperties ?? [];
  const start = internal.find(({ name }) => name === '[[FunctionLocation]]')?.value?.value;
  const { locations } = inspector.post<{ locations: readonly object[] }>('Debugger.getPossibleBreakpoints', {
    start,
    restrictToFunction: true,
  });
  return locations.map(
    (location) => inspector.post<Breakpoint>('Debugger.setBreakpoint', { location, condition }).breakpointId,
  );
}

let names = 0;

/** A name for a global variable by which a function reaches us: nothing in the function or around it has that name. */
export function probeName(fn: AnyFunction, realmGlobal: object): string {
  const text = textOf(fn);
  let name: string;
  do {
    name = `$mp_probe_${(names++).toString(36)}_${Math.random().toString(36).slice(2)}`;
  } while (text.includes(name) || Reflect.getOwnPropertyDescriptor(realmGlobal, name) !== undefined);
  return name;
}
