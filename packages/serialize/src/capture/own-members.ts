import type { CodeFacts } from '../analyze/facts.js';
import type { Scope } from '../analyze/scope.js';
import { HeapIndex } from '../inspector/heap.js';
import { type FunctionLocation, type FunctionReading, type RawScope, readFunctions } from '../inspector/scopes.js';
import { Inspector } from '../inspector/session.js';
import { instrumentedReading } from '../instrument/reading.js';
import { textOf } from '../model/function-text.js';
import { revivedFrom } from '../model/origin.js';
import { isOverwritten } from '../model/overwritten.js';
import type { AnyFunction } from '../model/ports.js';
import { STANDARD_GLOBALS } from '../references/globals.js';
import { factsOf } from './code.js';
import { CaptureFailure, functionName } from './failure.js';
import { isHomeShown } from './hidden-context.js';
import { findInScript } from './source-info.js';
import { readSlot } from './variables.js';

/** Methods of which it was found out which class made them. */
const makers = new WeakMap<AnyFunction, AnyFunction>();

/**
 * Tells whether evaluating a class made a method: it has the text of one of its members.
 *
 * A class that is made more than once has members of the same text each time, and so may another class; a method can be put in
 * the place of such a one. Who calls it sees a difference where it uses variables or `super`. Then it must stand where
 * the class's text has it, and see the variables that the class sees.
 *
 * @param member - Where the class has the method.
 */
export function isMadeBy(
  fn: AnyFunction,
  classFunction: AnyFunction,
  classFacts: CodeFacts,
  { holder, key, textStart }: MemberPlace,
  classReading: FunctionReading | undefined,
): boolean {
  if (!mayDiffer(textOf(fn))) return true;
  const known = makers.get(fn);
  if (known === classFunction) return true;
  const overwritten = isOverwritten(holder, key);
  if (overwritten === false && known === undefined) {
    makers.set(fn, classFunction);
    return true;
  }
  const reading = readingOf(fn);
  const around = classReading?.scopes.length ? classReading : readingOf(classFunction);
  if (reading === undefined || around === undefined) return true;
  const isRevived = revivedFrom(classFunction) !== undefined || revivedFrom(fn) !== undefined;
  if (!isRevived && !standsAt(reading.location, around.location, fn, classFacts, textStart)) return false;
  if (!seesTheSame(reading, around)) return false;
  if (overwritten !== false && usesSuper(fn) && mayBeMadeTwice(around.location, classFacts)) {
    const isHome = isHomeShown(fn, holder === classFunction, holder);
    if (isHome) makers.set(fn, classFunction);
    if (isHome !== undefined) return isHome;
  }
  if (known !== undefined) throw mixedUp(fn);
  // It may have been put back, as test doubles are: only where there is another class it can be of that.
  if (overwritten === true && mayBeSeveral(fn, classFacts.text)) throw mixedUp(fn);
  makers.set(fn, classFunction);
  return true;
}

/** Where a class has a member. */
export interface MemberPlace {
  /** The class, or its prototype. */
  readonly holder: object;
  readonly key: PropertyKey;
  /** Where the member's text begins in that of the class. */
  readonly textStart: number;
}

/** The end of the prototype chain of a function: `Object.prototype` of its realm. */
export function rootOf(fn: AnyFunction): object {
  let root: object = fn;
  for (let next = Reflect.getPrototypeOf(fn); next !== null; next = Reflect.getPrototypeOf(next)) root = next;
  return root;
}

/** Two classes have a method, and all that is visible of them is equal. */
function mixedUp(fn: AnyFunction): CaptureFailure {
  return new CaptureFailure(
    `has the method ${functionName(fn)}, perhaps of another class with the same text, and ${
      Inspector.isAvailable
        ? 'the engine does not show which of them made it'
        : 'the inspector, which would show whether there is one, is not available'
    }`,
    'Give each class a method of its own that calls the other: m() { return Other.prototype.m.call(this); }.',
  );
}

function usesSuper(fn: AnyFunction): boolean {
  return factsOf(textOf(fn), true).usesSuper;
}

/** Whether a class stands in a function, so that there may be several of it. */
function mayBeMadeTwice(location: FunctionLocation | undefined, { text }: CodeFacts): boolean {
  const found = findInScript(location, text);
  for (let scope: Scope | undefined = found?.scope; scope !== undefined; scope = scope.parent) {
    if (scope.kind === 'function' || scope.kind === 'block') return true;
  }
  return found === undefined;
}

/** Whether there are several classes with a text. */
function mayBeSeveral(fn: AnyFunction, text: string): boolean {
  return !Inspector.isAvailable || new HeapIndex(rootOf(fn)).classesOf(text).length > 1;
}

/** Whether a method has anything from around it. */
function mayDiffer(text: string): boolean {
  const { free, usesSuper, outerSuper, hasDirectEval } = factsOf(text, true);
  if (usesSuper || outerSuper.length > 0 || hasDirectEval) return true;
  for (const name of free.keys()) if (!STANDARD_GLOBALS.has(name)) return true;
  return false;
}

function readingOf(fn: AnyFunction): FunctionReading | undefined {
  return instrumentedReading(fn) ?? (Inspector.isAvailable ? readFunctions([fn])[0] : undefined);
}

/** Whether a member stands in its script where the class's text has it. */
function standsAt(
  member: FunctionLocation | undefined,
  around: FunctionLocation | undefined,
  fn: AnyFunction,
  classFacts: CodeFacts,
  textStart: number,
): boolean {
  if (member === undefined || around === undefined) return true;
  if (member.scriptId !== around.scriptId) return false;
  const from = classFacts.locationOffset;
  const to = textStart + factsOf(textOf(fn), true).locationOffset;
  const between = classFacts.text.slice(Math.min(from, to), Math.max(from, to)).split(/\r\n|[\n\r\u2028\u2029]/);
  const lines = between.length - 1;
  const [first, last] = from < to ? [around, member] : [member, around];
  if (last.lineNumber - first.lineNumber !== lines) return false;
  return lines > 0 || last.columnNumber - first.columnNumber === (between[0] as string).length;
}

/** Whether what a function sees is what another one sees, where that can be known. */
export function seesTheSameAs(reading: FunctionReading, other: AnyFunction): boolean {
  const around = readingOf(other);
  return around === undefined || seesTheSame(reading, around);
}

/** Whether all that two functions both see is equal. */
function seesTheSame(a: FunctionReading, b: FunctionReading): boolean {
  return a.scopes.every((scope, i) => {
    const other =
      scope.place === undefined
        ? b.scopes[b.scopes.length - a.scopes.length + i]
        : b.scopes.find(({ place }) => place?.key === scope.place?.key);
    return other === undefined || isAlike(scope, other);
  });
}

function isAlike(a: RawScope, b: RawScope): boolean {
  if (a.description !== b.description) return false;
  // A module has one scope, and so have all scripts of a realm together.
  if (a.description === 'Module' || a.description === 'Script' || a.place?.isSingle) return true;
  if (a.description === 'Global' || a.description.startsWith('With')) return a.object === b.object;
  if (a.mark !== undefined && b.mark !== undefined) return haveOneMark(a.mark, b.mark);
  return Object.keys(a.object).every((name) => {
    if (!Object.hasOwn(b.object, name)) return true;
    const left = readSlot(a, name);
    const right = readSlot(b, name);
    return left.isDead === right.isDead && Object.is(left.value, right.value);
  });
}

/** Instrumented scopes have a variable for this: who reads what the other wrote sees the same instance. */
function haveOneMark(a: NonNullable<RawScope['mark']>, b: NonNullable<RawScope['mark']>): boolean {
  const mark = {};
  const before = a.get();
  a.set(mark);
  try {
    return b.get() === mark;
  } finally {
    a.set(before);
  }
}
