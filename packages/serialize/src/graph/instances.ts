import { adviceOn } from '../kinds/handles.js';
import { types } from '../model/platform.js';
import type { AnyFunction, CapturedBatch, ExceptedClasses } from '../model/ports.js';
import { functionOfPrototype } from './owners.js';
import type { PrototypeFacts } from './prototypes.js';
import { isFoundAnywhere } from './symbol-table.js';
import type { GraphWriter } from './writer.js';

// What the class of an object says of how the object travels.

const { getPrototypeOf, getOwnPropertyDescriptor } = Object;
const isProxy: (value: unknown) => boolean = types?.isProxy ?? (() => false);

/** Refuses an instance of a class that nothing here can send. Once for each class in a value. */
export function requireClass(writer: GraphWriter, object: object, facts: PrototypeFacts): void {
  if (facts.isNamed !== undefined) return;
  const { prototype, builtIn, opaque } = facts;
  if (opaque !== undefined) {
    const [what, instead] = adviceOn(opaque) ?? [];
    throw writer.refuse(
      object,
      `it is of the built-in class ${opaque}${what === undefined ? ', whose state cannot be read' : `: ${what}`}`,
      instead ?? 'Send what is needed to make one on the other side.',
    );
  }
  const owner =
    builtIn !== undefined || prototype === null || isProxy(prototype) ? undefined : functionOfPrototype(prototype);
  const isNamed =
    owner !== undefined &&
    (writer.names.indexOf(prototype!) !== undefined || writer.names.indexOf(owner) !== undefined);
  if (owner !== undefined && !isNamed && writer.context.capture === undefined) {
    throw writer.refuse(
      object,
      `it is an instance of the class ${nameOf(owner)}, and classes do not travel here`,
      'Register the class, or use a serializer with code.',
    );
  }
  facts.isNamed = isNamed;
}

/**
 * Refuses an instance whose class would not find the instance's state again on the other side.
 *
 * @param keys - The keys that travel.
 */
export function requireSymbols(
  writer: GraphWriter,
  object: object,
  facts: PrototypeFacts,
  keys: readonly PropertyKey[] = Object.getOwnPropertySymbols(object),
): void {
  if (facts.isNamed !== true) return;
  // What is undefined reads as what is missing: Node's AsyncResource has such a symbol where there is no context.
  const hidden = keys.find(
    (symbol) =>
      typeof symbol === 'symbol' && !travels(writer, symbol) && !isUndefined(getOwnPropertyDescriptor(object, symbol)),
  );
  const name = hidden === undefined ? '' : nameOf(functionOfPrototype(facts.prototype!)!);
  const advice = adviceOn(name);
  if (advice !== undefined) throw writer.refuse(object, `it is of the class ${name}: ${advice[0]}`, advice[1]);
  if (hidden !== undefined) {
    throw writer.refuse(
      object,
      `its class ${name} is found by name on the other side, and keeps state under ${String(hidden)}, a symbol of that module's own`,
      'Register the class, give it the methods `Symbol.for("mp.getState")` and `Symbol.for("mp.setState")`, or export the symbol.',
    );
  }
}

function isUndefined(descriptor: PropertyDescriptor | undefined): boolean {
  return descriptor !== undefined && 'value' in descriptor && descriptor.value === undefined;
}

function nameOf(fn: AnyFunction): string {
  return String(getOwnPropertyDescriptor(fn, 'name')?.value ?? '');
}

/** Whether a symbol is the same symbol on the other side. */
function travels(writer: GraphWriter, symbol: symbol): boolean {
  return isFoundAnywhere(symbol) || writer.names.indexOf(symbol) !== undefined;
}

/**
 * The private members of an object that classes of the user's gave it.
 *
 * @param except - Classes whose private members travel as its state.
 */
export function privateMembers(
  writer: GraphWriter,
  instance: object,
  facts: PrototypeFacts,
  except?: ExceptedClasses,
): CapturedBatch | undefined {
  const { capture } = writer.context;
  if (capture === undefined || facts.builtIn !== undefined || facts.hasPrivateMembers === false) return undefined;
  const classFunction = classOf(facts.prototype);
  const found = classFunction === undefined ? undefined : capture().privateMembers(instance, classFunction, except);
  facts.hasPrivateMembers = found !== undefined;
  return found ?? undefined;
}

/** The nearest class on a prototype chain. */
function classOf(prototype: object | null): AnyFunction | undefined {
  for (let object = prototype; object !== null && !isProxy(object); object = getPrototypeOf(object)) {
    const owner = functionOfPrototype(object);
    if (owner !== undefined) return owner;
  }
  return undefined;
}
