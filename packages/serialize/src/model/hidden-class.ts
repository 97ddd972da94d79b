import { withNatives } from './natives.js';
import { types } from './platform.js';

const isProxy: (value: unknown) => boolean = types?.isProxy ?? (() => false);

/**
 * What V8 knows about the layout of objects.
 *
 * A hidden class (in V8 a "map") holds the prototype, the keys in their order, the attributes of each, which of them are
 * accessors, symbol keys, private fields, the kind of the elements, extensibility, and of which built-in kind the object is. So
 * whatever was found out about one object holds for every other of its hidden class, but for indices and their values.
 */
export interface HiddenClasses {
  /** Whether two objects have the same hidden class: 6 ns, where looking at one property costs 26. */
  same(a: object, b: object): boolean;
  /**
   * Whether an object's properties are laid out by its hidden class. An object with many or with deleted properties is a
   * dictionary: it shares its hidden class with others that have quite different properties.
   */
  isFast(object: object): boolean;
}

/**
 * So many objects are looked at one by one before hidden classes are used: loading `node:v8` takes as long as looking at
 * that many.
 */
const WORTH_IT_AFTER = 512;

let looks = 0;
let found: HiddenClasses | undefined;
let asked = false;

/** Notes that objects were looked at closely. @returns What V8 knows, once it is worth asking, and where it answers. */
export function countLooks(count: number): HiddenClasses | undefined {
  if (asked) return found;
  looks += count;
  if (looks < WORTH_IT_AFTER) return undefined;
  asked = true;
  found = ask();
  return found;
}

/** What V8 knows, where it was asked already. */
export function knownHiddenClasses(): HiddenClasses | undefined {
  return found;
}

type Natives = readonly [same: (a: object, b: object) => boolean, isFast: (object: object) => boolean];

/**
 * Tests hold what the comparison tells against each kind of difference, on every Node version. Where it cannot be had (another
 * engine, code generation forbidden) objects are looked at one by one.
 */
function ask(): HiddenClasses | undefined {
  let natives = makeNatives();
  if (natives === undefined) return undefined;
  const again = (error: unknown): void => {
    // V8 drops the code of functions that were not used for a while, and parses them anew: by then the flag is gone.
    if (!(error instanceof SyntaxError)) throw error;
    natives = makeNatives() ?? NEITHER;
  };
  return {
    same(a, b) {
      try {
        return natives![0](a, b);
      } catch (error) {
        again(error);
        return natives![0](a, b);
      }
    },
    isFast(object) {
      // To ask it of a proxy ends the process from V8 13 on (`CHECK(IsJSObject(args[0]))` in runtime-object.cc).
      if (isProxy(object)) return false;
      try {
        return natives![1](object);
      } catch (error) {
        again(error);
        return natives![1](object);
      }
    },
  };
}

const NEITHER: Natives = [() => false, () => false];

function makeNatives(): Natives | undefined {
  return withNatives(compile);
}

function compile(): Natives | undefined {
  try {
    const same = new Function('a', 'b', 'return %HaveSameMap(a, b);') as Natives[0];
    const isFast = new Function('a', 'return %HasFastProperties(a);') as Natives[1];
    // Compiled when they are first called, so that must happen now.
    const works = same({ a: 1 }, { a: 2 }) && !same({ a: 1 }, { b: 1 }) && isFast({ a: 1 });
    return works && !same({ a: 1 }, Object.freeze({ a: 1 })) ? [same, isFast] : undefined;
  } catch {
    return undefined;
  }
}
