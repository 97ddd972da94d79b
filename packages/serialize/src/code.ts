import { type ConstantFunctions, isConstantFunction } from './capture/constant.js';
import { describeFunction } from './capture/describe.js';
import { FunctionCapture } from './capture/port.js';
import { introspection } from './inspector/internals.js';
import type { CodeEngine } from './message/engine.js';
import type { ReferenceOptions } from './references/policy.js';
import { References } from './references/port.js';
import { FunctionRevival } from './revive/port.js';

/** Puts the code engine together. */
export function createCodeEngine(options: ReferenceOptions = {}): CodeEngine {
  const references = new References(options);
  const constants: ConstantFunctions = new WeakMap();
  return {
    capture: new FunctionCapture(references),
    revive: new FunctionRevival(references),
    references,
    introspection,
    describe: (fn) => describeFunction(fn, references),
    isConstant: (fn) => isConstantFunction(fn, references, constants),
  };
}

export { type CaptureOptions, capture } from './capture/explicit.js';
export { type FreeVariable, type FunctionSource, freeVariables, sourceOf } from './capture/reports.js';
export { renameThread } from './model/identity.js';
export type { ReferenceOptions } from './references/policy.js';
