import type { AnyFunction } from '../model/ports.js';
import { Inspector, type RemoteObject, type RemoteProperty } from './session.js';
import { noteWitness } from './witnesses.js';

/** Where a function starts: at its parameters, or at `class`. Lines and columns count from 0. */
export interface FunctionLocation {
  readonly scriptId: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** One scope around a function, innermost first. The object is a snapshot: reading it may throw, writing is lost. */
export interface RawScope {
  /** V8's name of it: `Closure (f)`, `Block`, `Catch`, `With Block`, `Module`, `Script`, `Global`. */
  readonly description: string;
  /** A snapshot of the bindings; the real object for `With Block` and `Global`. */
  readonly object: Record<string, unknown>;
  /** Which scope of which script it is, where that is known: of a single one there is only one instance. */
  readonly place?: { readonly key: string; readonly depth: number; readonly isSingle?: true };
  /** What tells its instances apart. */
  readonly mark?: ScopeMark;
}

/** A hidden variable of a scope, which only that instance of it has. */
export interface ScopeMark {
  readonly get: () => unknown;
  readonly set: (mark: unknown) => void;
}

/** What V8 tells about a function. */
export interface FunctionReading {
  readonly location: FunctionLocation | undefined;
  readonly scopes: readonly RawScope[];
  /** The user said it; the engine was not asked. */
  readonly stated?: { readonly thisValue: unknown };
  /** The function itself said it: reads `this`, where it uses it, and `new.target`. */
  readonly told?: { readonly self: readonly (() => unknown)[]; readonly tellsThis: boolean };
}

/** Functions that one command carries: enough to make the command's own price vanish. */
const BATCH = 512;

/** Reads the scopes of functions. No code of the program runs. */
export function readFunctions(functions: readonly AnyFunction[]): readonly FunctionReading[] {
  const readings: FunctionReading[] = [];
  for (let i = 0; i < functions.length; i += BATCH) readings.push(...readBatch(functions.slice(i, i + BATCH)));
  return readings;
}

function readBatch(functions: readonly AnyFunction[]): readonly FunctionReading[] {
  const inspector = Inspector.get();
  try {
    const remotes = remoteFunctions(inspector, functions);
    const locations: (FunctionLocation | undefined)[] = [];
    const lists: RemoteObject[] = [];
    for (const remote of remotes) {
      const internal =
        remote.objectId === undefined ? [] : (inspector.properties(remote.objectId).internalProperties ?? []);
      locations.push(find(internal, '[[FunctionLocation]]')?.value as FunctionLocation | undefined);
      lists.push(find(internal, '[[Scopes]]') ?? { type: 'undefined' });
    }
    locations.forEach((location, i) => {
      if (location !== undefined) noteWitness(location.scriptId, functions[i] as AnyFunction);
    });
    const live = inspector.liveValues(lists) as readonly (Record<number, RawScope> | undefined)[];
    return live.map((list, i) => ({ location: locations[i], scopes: toArray(list) }));
  } finally {
    inspector.release();
  }
}

function remoteFunctions(inspector: Inspector, functions: readonly AnyFunction[]): readonly RemoteObject[] {
  if (functions.length === 1) return [{ type: 'function', objectId: inspector.idOf(functions[0]) }];
  const remotes: RemoteObject[] = new Array(functions.length).fill({ type: 'undefined' });
  for (const property of inspector.properties(inspector.idOf(functions)).result) {
    const index = Number(property.name);
    if (property.value !== undefined && Number.isInteger(index)) remotes[index] = property.value;
  }
  return remotes;
}

function find(properties: readonly RemoteProperty[], name: string): RemoteObject | undefined {
  return properties.find((property) => property.name === name)?.value;
}

// The list is an array of the debugger's own context, without the methods of one.
function toArray(list: Record<number, RawScope> | undefined): readonly RawScope[] {
  const scopes: RawScope[] = [];
  for (let i = 0; list !== undefined && Object.hasOwn(list, i); i++) scopes.push(list[i] as RawScope);
  return scopes;
}
