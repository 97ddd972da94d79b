import { types } from '../model/platform.js';

const { isArray } = Array;
const { isView } = ArrayBuffer;

/**
 * Whether an object has internal slots that ordinary objects lack, whatever prototype it was given: a Map under the prototype
 * of a class is still a Map. Runs no user code. Where the host does not tell, prototypes alone decide.
 */
export function hasSlots(object: object): boolean {
  return (
    isArray(object) ||
    isView(object) ||
    (types !== undefined &&
      (types.isMap(object) ||
        types.isSet(object) ||
        types.isDate(object) ||
        types.isNativeError(object) ||
        types.isRegExp(object) ||
        types.isPromise(object) ||
        types.isBoxedPrimitive(object) ||
        types.isAnyArrayBuffer(object) ||
        types.isArgumentsObject(object) ||
        types.isWeakMap(object) ||
        types.isWeakSet(object) ||
        types.isMapIterator(object) ||
        types.isSetIterator(object) ||
        types.isGeneratorObject(object)))
  );
}
