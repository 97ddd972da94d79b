import { withNatives } from '../model/natives.js';
import type { AnyFunction } from '../model/ports.js';

/** Programs that compile scripts all the time let go of them. */
const CAPACITY = 4096;

/** A function of each script that was met. */
const witnesses = new Map<string, WeakRef<AnyFunction>>();

/** Notes that a function belongs to a script. It must be one that the inspector has located: a proxy would end the process. */
export function noteWitness(scriptId: string, fn: AnyFunction): void {
  if (witnesses.has(scriptId)) return;
  if (witnesses.size >= CAPACITY) witnesses.clear();
  witnesses.set(scriptId, new WeakRef(fn));
}

/** A function of a script, where one was met that is still there. */
export function witnessOf(scriptId: string): AnyFunction | undefined {
  const witness = witnesses.get(scriptId)?.deref();
  if (witness === undefined) witnesses.delete(scriptId);
  return witness;
}

/** The text of the script in which a function stands, and where in it: at its parameters, or at `class`. */
export interface TextAround {
  readonly text: string;
  readonly position: number;
}

type Natives = readonly [source: (fn: AnyFunction) => unknown, position: (fn: AnyFunction) => unknown];

/**
 * Asks V8 for the text around a witness: what `Debugger.getScriptSource` answers, without the debugger domain.
 *
 * @returns `undefined` where it cannot be had: another engine, code generation forbidden, a text that V8 has let go of.
 */
export function textAround(witness: AnyFunction): TextAround | undefined {
  return withNatives(() => {
    const natives = compile();
    if (natives === undefined) return undefined;
    const [source, position] = natives;
    const text = source(witness);
    const at = position(witness);
    return typeof text === 'string' && typeof at === 'number' ? { text, position: at } : undefined;
  });
}

/** Made anew each time, for there is one call a script: V8 drops the code of functions that are not used. */
function compile(): Natives | undefined {
  try {
    return [
      new Function('fn', 'return %FunctionGetScriptSource(fn)') as Natives[0],
      new Function('fn', 'return %FunctionGetScriptSourcePosition(fn)') as Natives[1],
    ];
  } catch {
    return undefined;
  }
}
