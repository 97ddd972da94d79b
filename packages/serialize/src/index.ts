export {
  type CaptureOptions,
  capture,
  type FreeVariable,
  type FunctionSource,
  freeVariables,
  type ReferenceOptions,
  renameThread,
  sourceOf,
} from './code.js';
export {
  type ClassReduction,
  clone,
  deserialize,
  deserializeAsync,
  deserializeFromFile,
  deserializeStream,
  explain,
  fingerprint,
  isSerializable,
  Serializer,
  serialize,
  serializeAsync,
  serializeCodec,
  serializeStream,
  serializeToFile,
} from './default.js';
export type { ExplainedFunction, ExplainedVariable, Explanation, Problem, SizeNode } from './explanation.js';
export { GET_STATE, SET_STATE } from './model/state.js';
export type { Fidelity, SerializeOptions } from './options.js';
