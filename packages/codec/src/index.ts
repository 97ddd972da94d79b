export type { Codec, CodecCapabilities, CodecModule, Decoder, Encoder } from './codec.js';
export type { CodecContext, EncoderOptions } from './context.js';
export { defineName, MpError, type MpErrorOptions } from './error.js';
export { type CodecLimits, DEFAULT_LIMITS } from './limits.js';
export { formatPath, formatStep, type PathStep } from './path.js';
export type { Payload } from './payload.js';
export type { ReduceContext, Reducer, ReviveContext } from './reducer.js';
export { SERIALIZE_ERROR_CODES, SerializeError, type SerializeErrorCode } from './serialize-error.js';
export type { Trust } from './trust.js';
