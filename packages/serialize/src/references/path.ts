/**
 * One step from an object to a part of it: a property key; `@@iterator` for a well-known symbol; `get x` and `set x`
 * for the functions of an accessor; `[[Prototype]]`.
 */
export type Step = string;

const PROTOTYPE = '[[Prototype]]';

/** What one step reaches, without running a getter. `undefined` where there is nothing. */
export function follow(object: unknown, step: Step): unknown {
  if ((typeof object !== 'object' && typeof object !== 'function') || object === null) return undefined;
  if (step === PROTOTYPE) return Reflect.getPrototypeOf(object);
  const accessor = /^([gs]et) (.*)$/s.exec(step);
  if (accessor !== null) {
    const descriptor = Reflect.getOwnPropertyDescriptor(object, keyOf(accessor[2] as string));
    return accessor[1] === 'get' ? descriptor?.get : descriptor?.set;
  }
  return Reflect.getOwnPropertyDescriptor(object, keyOf(step))?.value as unknown;
}

/** Calls back for everything that one step reaches, functions and objects only. */
export function eachStep(object: object, visit: (step: Step, value: object) => void): void {
  for (const key of Reflect.ownKeys(object)) {
    const name = typeof key === 'string' ? key : wellKnown(key);
    if (name === undefined || isTaken(name)) continue;
    const descriptor = Reflect.getOwnPropertyDescriptor(object, key) as PropertyDescriptor;
    if (isObject(descriptor.value)) visit(name, descriptor.value);
    if (descriptor.get !== undefined) visit(`get ${name}`, descriptor.get);
    if (descriptor.set !== undefined) visit(`set ${name}`, descriptor.set);
  }
  const prototype = Reflect.getPrototypeOf(object);
  if (prototype !== null) visit(PROTOTYPE, prototype);
}

/** Whether a property has a name that means another step. Not by a pattern: this runs for every key of the runtime. */
function isTaken(name: string): boolean {
  const first = name.charCodeAt(0);
  if (first === 0x5b) return name.startsWith('[[');
  return (first === 0x67 || first === 0x73) && (name.startsWith('get ') || name.startsWith('set '));
}

/** Whether a value has identity and properties. */
export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function keyOf(step: string): PropertyKey {
  return step.startsWith('@@') ? ((Symbol as unknown as Record<string, unknown>)[step.slice(2)] as symbol) : step;
}

const wellKnownNames: ReadonlyMap<symbol, string> = new Map(
  Reflect.ownKeys(Symbol).flatMap((key): [symbol, string][] => {
    const value: unknown = Reflect.getOwnPropertyDescriptor(Symbol, key)?.value;
    return typeof key === 'string' && typeof value === 'symbol' ? [[value, `@@${key}`]] : [];
  }),
);

/** `@@iterator` for `Symbol.iterator`. */
export function wellKnown(symbol: symbol): string | undefined {
  return wellKnownNames.get(symbol);
}
