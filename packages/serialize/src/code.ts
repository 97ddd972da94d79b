import type { ConstantFunctions } from './capture/constant.js';
import type { FreeVariable, FunctionSource } from './capture/reports.js';
import { introspection } from './inspector/internals.js';
import { identifyReachable } from './inspector/reachable.js';
import type { CodeEngine } from './message/engine.js';
import { later } from './model/later.js';
import type { AnyFunction, CapturePort } from './model/ports.js';
import type { ReferenceOptions } from './references/policy.js';
import { References } from './references/port.js';
import { FunctionRevival } from './revive/port.js';

const capturing = later<typeof import('./capture/index.js')>('./capture/index.js', import.meta.url);

/** Puts the code engine together. */
export function createCodeEngine(options: ReferenceOptions = {}): CodeEngine {
  const references = new References(options);
  let port: CapturePort | undefined;
  let constants: ConstantFunctions | undefined;
  return {
    capture: {
      begin(canonical) {
        port ??= new (capturing().FunctionCapture)(references);
        return port.begin(canonical);
      },
    },
    revive: new FunctionRevival(references),
    references,
    introspection,
    describe: (fn) => capturing().describeFunction(fn, references),
    isConstant(fn) {
      const { isConstantFunction, ConstantFunctions: Constants } = capturing();
      constants ??= new Constants();
      return isConstantFunction(fn, references, constants);
    },
    identify(value) {
      try {
        identifyReachable(value);
      } catch {
        // Without the inspector (--permission): what comes back is a copy.
      }
    },
  };
}

/**
 * The variables that a function uses from around it, and what they are now.
 *
 * @example
 * const limit = 10;
 * freeVariables((x) => Math.min(x, limit)); // Math, and limit, which is captured
 */
export function freeVariables(fn: AnyFunction): readonly FreeVariable[] {
  return capturing().freeVariables(fn);
}

/** The text of a function as it was written, and where: also of one that came from another process. */
export function sourceOf(fn: AnyFunction): FunctionSource {
  return capturing().sourceOf(fn);
}

export { type CaptureOptions, capture } from './capture/explicit.js';
export type { FreeVariable, FunctionSource } from './capture/reports.js';
export { renameThread } from './model/identity.js';
export type { ReferenceOptions } from './references/policy.js';
