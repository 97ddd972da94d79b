import type { CodeFacts } from '../analyze/facts.js';
import { lookAtEntry } from '../inspector/entry.js';
import type { FunctionReading, RawScope } from '../inspector/scopes.js';
import { Inspector } from '../inspector/session.js';
import { ANYTHING } from '../model/anything.js';
import type { AnyFunction } from '../model/ports.js';
import { CaptureFailure } from './failure.js';

/** What an arrow has from the function around it. */
export interface Receiver {
  readonly thisValue: unknown;
  readonly newTarget: unknown;
  /** Names among those asked for that are in their temporal dead zone. */
  readonly dead: ReadonlySet<string>;
}

/** Whether a function may be entered without running anything of the user's. */
export function mayPause(facts: CodeFacts): boolean {
  return facts.kind !== 'class' && !facts.runsBeforeBody && !Inspector.get().isDebuggerAttached;
}

/** Says why a function may not be paused. */
export function refusePause(facts: CodeFacts, what: string): never {
  throw Inspector.get().isDebuggerAttached
    ? new CaptureFailure(
        `${what}, which only pausing it would show, and a debugger is attached that would see the pause`,
        'Detach the debugger, or name the variables: capture(fn, { … }).',
      )
    : new CaptureFailure(
        `${what}, which only entering it would show, and that would run ${facts.kind === 'class' ? 'its constructor' : 'code in its parameters'}`,
        'Name the variables: capture(fn, { … }), or move the code out of the parameters.',
      );
}

/** Calls a function so that it can be stopped at its entry; for a generator that is its first step. */
export function entering(fn: AnyFunction, facts: CodeFacts): () => unknown {
  const values = new Array<unknown>(facts.parameterCount).fill(ANYTHING);
  return () => {
    const result: unknown = Reflect.apply(fn, undefined, values);
    return facts.generator ? (result as Iterator<unknown>).next() : result;
  };
}

/** The global object of the realm of a function. */
export function realmGlobal(scopes: readonly RawScope[]): object {
  return scopes.at(-1)?.object ?? globalThis;
}

/** Whether one of the scopes is that of a `with` statement. */
export function isAnyWith(scopes: readonly RawScope[]): boolean {
  return scopes.some(({ description }) => description.startsWith('With'));
}

/** What an instrumented arrow told. */
export function toldReceiver({ self, tellsThis }: NonNullable<FunctionReading['told']>): Receiver {
  try {
    const thisValue = tellsThis ? self[0]?.() : undefined;
    return { thisValue, newTarget: self[tellsThis ? 1 : 0]?.(), dead: new Set() };
  } catch {
    throw usedTooEarly();
  }
}

// In a constructor before `super()` there is no `this` yet.
function usedTooEarly(): CaptureFailure {
  return new CaptureFailure('uses this before super() was called', 'Serialize it after the constructor ended.');
}

/** Enters a function, and reads what no scope lists. */
export function readReceiver(
  fn: AnyFunction,
  facts: CodeFacts,
  scopes: readonly RawScope[],
  suspects: readonly string[],
): Receiver {
  if (!mayPause(facts)) refusePause(facts, suspects.length > 0 ? 'may use a variable too early' : 'uses this');
  let thisValue: unknown;
  let newTarget: unknown;
  const dead = new Set<string>();
  const wantsThis = facts.kind === 'arrow';
  const wantsNewTarget = wantsThis && facts.outerNewTarget.length > 0;
  const stopped = lookAtEntry(
    fn,
    entering(fn, facts),
    realmGlobal(scopes),
    { reads: [...(wantsThis ? ['this'] : []), ...(wantsNewTarget ? ['new.target'] : []), ...suspects] },
    (frame) => {
      if (wantsThis) {
        const found = frame.evaluate('this');
        if (found.ok) thisValue = found.value;
        else throw usedTooEarly();
        if (wantsNewTarget) {
          const target = frame.evaluate('new.target');
          newTarget = target.ok ? target.value : undefined;
        }
      }
      for (const name of suspects) if (!frame.evaluate(name).ok) dead.add(name);
    },
    { stopsBeforeBody: facts.stopsBeforeBody, isInWith: isAnyWith(scopes) },
  );
  if (!stopped)
    throw new CaptureFailure('could not be entered to read its this', 'Name the variables: capture(fn, { … }).');
  return { thisValue, newTarget, dead };
}
