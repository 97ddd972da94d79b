export { ConformanceError } from './conformance-error.js';
export { difference } from './difference.js';
export { type ConformanceCase, type ConformanceReport, checkCodec, conformanceCases } from './run.js';
export { CONFORMANCE_VALUES, type ConformanceValue } from './values.js';
