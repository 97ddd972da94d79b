import { INTERNAL_NAMES } from './code.js';
import { withNatives } from './natives.js';

/** The private names of an object: of fields, and one for each class that gave it private methods or accessors. */
type ListNames = (object: object) => readonly { readonly description?: string }[];

let list: ListNames | undefined;
let asked = false;

/**
 * How many private members an object has, whichever classes gave them to it: a field counts as one, and the methods and
 * accessors of one class together as one. Nothing of the program runs.
 *
 * @returns `undefined` where the engine does not tell.
 */
export function countPrivateNames(object: object): number | undefined {
  if (!asked) {
    asked = true;
    list = withNatives(compile);
  }
  if (list === undefined) return undefined;
  try {
    return countIn(list(object));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    list = withNatives(compile);
    return list && countIn(list(object));
  }
}

/** The values must not be touched: that of a class's methods is a part of V8. */
function countIn(names: ReturnType<ListNames>): number {
  let count = 0;
  // A revived class has fields that only define other fields.
  for (const { description } of names) if (!description?.startsWith(`#${INTERNAL_NAMES.fieldKey}`)) count++;
  return count;
}

/** V8's filter for private names, `PRIVATE_NAMES_ONLY`: in Node 20, and since. */
const FILTERS = [64, 32];

function compile(): ListNames | undefined {
  try {
    const keys = new Function('object', 'filter', 'return %GetOwnPropertyKeys(object, filter);') as (
      object: object,
      filter: number,
    ) => ReturnType<ListNames>;
    class Sample {
      #field = 1;
      static has(object: object): boolean {
        return #field in object;
      }
    }
    const sample = Object.assign(new Sample(), { a: 1, [Symbol.iterator]: 1 });
    const filter = FILTERS.find((one) => keys(sample, one).length === 1 && keys({ a: 1 }, one).length === 0);
    return filter === undefined || !Sample.has(sample) ? undefined : (object) => keys(object, filter);
  } catch {
    return undefined;
  }
}
