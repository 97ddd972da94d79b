// What the rest of the package uses of this room and, through it, of the parser: loaded with the first function that is
// captured.
export { ConstantFunctions, isConstantFunction } from './constant.js';
export { describeFunction } from './describe.js';
export { FunctionCapture } from './port.js';
export { freeVariables, sourceOf } from './reports.js';
