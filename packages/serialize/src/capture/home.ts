import type { CodeFacts } from '../analyze/facts.js';
import type { FunctionLocation } from '../inspector/scopes.js';
import { textOf } from '../model/function-text.js';
import type { AnyFunction } from '../model/ports.js';
import { isObject } from '../references/path.js';
import { CaptureFailure } from './failure.js';
import { findInScript, scriptFacts } from './source-info.js';

/**
 * Finds the home object of the method around an arrow that uses `super`.
 *
 * V8 does not show home objects. The method is known by its place in the script; the object that holds it
 * is looked for where it must be: on the prototype chain of the arrow's `this`.
 */
export function homeOfArrow(facts: CodeFacts, location: FunctionLocation | undefined, thisValue: unknown): object {
  const found = findInScript(location, facts.text);
  const script = scriptFacts(location);
  const method = found === undefined || found.around === -1 ? undefined : script?.functionByIndex(found.around);
  if (method !== undefined && script !== undefined && isObject(thisValue)) {
    const text = script.textOf(method);
    const classText =
      method.ownerClass === -1 ? undefined : script.textOf(script.functionByIndex(method.ownerClass) ?? method);
    for (let at: object | null = thisValue; at !== null; at = Reflect.getPrototypeOf(at)) {
      for (const key of Reflect.ownKeys(at)) {
        const descriptor = Reflect.getOwnPropertyDescriptor(at, key);
        for (const value of [descriptor?.value, descriptor?.get, descriptor?.set] as unknown[]) {
          if (typeof value !== 'function') continue;
          const own = textOf(value as AnyFunction);
          if (own === text || (key === 'constructor' && own === classText && text.startsWith('constructor'))) return at;
        }
      }
    }
  }
  throw new CaptureFailure(
    'uses super, and the object to whose method it belongs was not found',
    'Call the inherited method by its name: Parent.prototype.method.call(this).',
  );
}
