import { withNatives } from './natives.js';

type Natives = readonly [
  isConstant: (object: object, key: PropertyKey) => boolean | undefined,
  isFast: (object: object) => boolean,
];

let natives: Natives | undefined;
let asked = false;

/**
 * Whether a property was given another value since it was defined. V8 takes note of it, because what never changes
 * is compiled as a constant.
 *
 * @param object - No proxy.
 * @returns `undefined` where the engine does not tell: of accessors, and of objects that are dictionaries.
 */
export function isOverwritten(object: object, key: PropertyKey): boolean | undefined {
  if (!asked) {
    asked = true;
    natives = withNatives(compile);
  }
  if (natives === undefined) return undefined;
  try {
    return ask(natives, object, key);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    natives = withNatives(compile);
    return natives && ask(natives, object, key);
  }
}

function ask([isConstant, isFast]: Natives, object: object, key: PropertyKey): boolean | undefined {
  const descriptor = Reflect.getOwnPropertyDescriptor(object, key);
  if (descriptor === undefined || !('value' in descriptor) || !isFast(object)) return undefined;
  return isConstant(object, key) !== true;
}

function compile(): Natives | undefined {
  try {
    const isConstant = new Function('object', 'key', 'return %HasOwnConstDataProperty(object, key);') as Natives[0];
    const isFast = new Function('object', 'return %HasFastProperties(object);') as Natives[1];
    class Sample {
      m(): void {}
      n(): void {}
    }
    Sample.prototype.n = function n() {};
    const { prototype } = Sample;
    const works = isFast(prototype) && isConstant(prototype, 'm') === true && isConstant(prototype, 'n') === false;
    return works ? [isConstant, isFast] : undefined;
  } catch {
    return undefined;
  }
}
