import type { CodeFacts } from '../analyze/facts.js';
import { HeapIndex } from '../inspector/heap.js';
import type { FunctionReading } from '../inspector/scopes.js';
import { Inspector } from '../inspector/session.js';
import type { ClassMember } from '../model/code.js';
import { textOf } from '../model/function-text.js';
import { types } from '../model/platform.js';
import type { AnyFunction } from '../model/ports.js';
import { isObject } from '../references/path.js';
import { CaptureFailure, functionName } from './failure.js';
import { rootOf, seesTheSameAs } from './own-members.js';
import { findInScript, scriptFacts } from './source-info.js';

/** Whether a text is that of a private method: it is the same function for all instances of its class. */
export function isPrivateMethod({ kind, form, text }: CodeFacts): boolean {
  return kind === 'method' && form === 'member' && /^(?:async\b)?[\s*]*#/.test(text);
}

/** The key of a private method among the members of its class, `#name`. */
export function keyOfPrivateMethod({ text }: CodeFacts): string {
  return /#[\p{ID_Continue}$\u200c\u200d]+/u.exec(text)?.[0] as string;
}

/**
 * Finds the class of a private method: the one with the text that the script has around it, and that sees what the method sees.
 *
 * @param holder - The object through which the method was met.
 * @param met - The functions of the value.
 * @returns `undefined` where there is none any more, and where its text cannot be had.
 * @throws CaptureFailure where several could be it.
 */
export function classOfPrivateMethod(
  fn: AnyFunction,
  facts: CodeFacts,
  reading: FunctionReading,
  holder: object | undefined,
  met: Iterable<AnyFunction>,
): AnyFunction | undefined {
  const script = scriptFacts(reading.location);
  const owner = script?.functionByIndex(findInScript(reading.location, facts.text)?.ownerClass ?? -1);
  const text = owner && script?.textOf(owner);
  if (text === undefined) return undefined;
  const isOwner = (K: AnyFunction): boolean => textOf(K) === text && seesTheSameAs(reading, K);
  let found = [...new Set([...classesOf(holder), ...met])].filter(isOwner);
  if (found.length !== 1 && Inspector.isAvailable) found = new HeapIndex(rootOf(fn)).classesOf(text).filter(isOwner);
  if (found.length <= 1) return found[0];
  throw new CaptureFailure(
    `is the private method ${functionName(fn)} of one of several classes with the same text`,
    'Send an arrow that calls it: () => this.#method().',
  );
}

function classesOf(holder: object | undefined): readonly AnyFunction[] {
  const classes: AnyFunction[] = [];
  for (let at: unknown = holder; isObject(at) && types?.isProxy(at) !== true; at = Reflect.getPrototypeOf(at)) {
    const K: unknown = typeof at === 'function' ? at : Reflect.getOwnPropertyDescriptor(at, 'constructor')?.value;
    if (typeof K === 'function') classes.push(K as AnyFunction);
  }
  return classes;
}

/** The private methods of the classes in a value. */
export class PrivateMethods {
  readonly #indices: Map<AnyFunction, Map<string, number>> = new Map();

  /** Takes note of the members of a class. */
  add(K: AnyFunction, members: readonly ClassMember[]): void {
    members.forEach(([, , key], index) => {
      if (!key.startsWith('#')) return;
      const indices = this.#indices.get(K) ?? new Map<string, number>();
      this.#indices.set(K, indices.set(key, index));
    });
  }

  /** The class and the index of a method among its members; `undefined` where the class was not met. */
  find(K: AnyFunction, key: string): readonly [AnyFunction, number] | undefined {
    const index = this.#indices.get(K)?.get(key);
    return index === undefined ? undefined : [K, index];
  }
}
