import type { CodeFacts } from '../analyze/facts.js';
import { textOf } from '../model/function-text.js';
import type { AnyFunction } from '../model/ports.js';
import { factsOf } from './code.js';
import { CaptureFailure, functionName } from './failure.js';

/** The facts of a function that was not revived. @throws CaptureFailure for native code. */
export function factsOfFunction(fn: AnyFunction): CodeFacts {
  const text = Function.prototype.toString.call(fn);
  if (text.endsWith('{ [native code] }')) {
    throw new CaptureFailure(
      'is native code and has no name by which another process finds it',
      'Wrap it in a function of your own.',
    );
  }
  try {
    // Only the text of a method whose key is a keyword is ambiguous; it is one if nothing can construct with it.
    const isMethod =
      /^(?:async\s+)?function\s*\*?\s*\(/.test(text) &&
      functionName(fn) === 'function' &&
      !Object.hasOwn(fn, 'prototype');
    return factsOf(text, isMethod);
  } catch (error) {
    throw new CaptureFailure(
      `has source text that cannot be parsed: ${(error as Error).message}`,
      'Report this with the text of the function.',
      {
        cause: error,
      },
    );
  }
}

/** What can be entered and sees what a function sees: of a class, a method. */
export function entranceOf(
  fn: AnyFunction,
  facts: CodeFacts,
): { readonly fn: AnyFunction; readonly facts: CodeFacts } | undefined {
  if (facts.kind !== 'class') return { fn, facts };
  const prototype = Reflect.getOwnPropertyDescriptor(fn, 'prototype')?.value as object;
  for (const holder of [prototype, fn]) {
    for (const key of Reflect.ownKeys(holder)) {
      const value: unknown = Reflect.getOwnPropertyDescriptor(holder, key)?.value;
      if (typeof value !== 'function' || value === fn || !facts.text.includes(textOf(value as AnyFunction))) continue;
      const found = factsOfFunction(value as AnyFunction);
      if (found.kind === 'method' && !found.runsBeforeBody) return { fn: value as AnyFunction, facts: found };
    }
  }
  return undefined;
}
