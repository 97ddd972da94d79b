import type { Kind, ValueSink, ValueSource } from '../model/kind.js';
import { types } from '../model/platform.js';
import { accepts } from './accepts.js';
import { getterOf } from './collections.js';
import { isBuiltInClass } from './host-class.js';

// Node writes these in JavaScript, with their state under symbols of its own: what it needs is read from there.

/** An own slot under a symbol of the host's, by the symbol's description. */
function slotOf(object: object, description: string): unknown {
  const symbol = Object.getOwnPropertySymbols(object).find((one) => one.description === description);
  return symbol === undefined ? undefined : dataOf(object, symbol);
}

function dataOf(object: unknown, key: PropertyKey): unknown {
  return typeof object === 'object' && object !== null
    ? Object.getOwnPropertyDescriptor(object, key)?.value
    : undefined;
}

type HostClass = 'EventTarget' | 'AbortSignal' | 'AbortController';

/** Whether an object is of a class of the host's, or of one that the program derived from it. */
function isOf(object: object, name: HostClass): boolean {
  let at = Object.getPrototypeOf(object) as object | null;
  for (; at !== null && types?.isProxy(at) !== true; at = Object.getPrototypeOf(at) as object | null) {
    const owner: unknown = Object.getOwnPropertyDescriptor(at, 'constructor')?.value;
    if (typeof owner !== 'function' || types?.isProxy(owner) === true) continue;
    const found: unknown = Object.getOwnPropertyDescriptor(owner, 'name')?.value;
    if (found === name) return (globalThis as Record<string, unknown>)[name] === owner;
    if (isBuiltInClass(owner, String(found))) return false;
  }
  return false;
}

/** Whether members of a prototype are of a kind that this file describes, and no ordinary objects. */
export function isEventTargetPrototype(prototype: object): boolean {
  return Object.hasOwn(prototype, 'addEventListener') && isOf(Object.create(prototype) as object, 'EventTarget');
}

/** The own keys without the symbols under which the host keeps its state. */
function userKeys(target: object): readonly (string | symbol)[] {
  const sample = new Set<symbol>();
  for (const made of [new EventTarget(), new AbortController().signal]) {
    for (const symbol of Object.getOwnPropertySymbols(made)) sample.add(symbol);
  }
  const isHosts = (key: string | symbol): boolean =>
    typeof key === 'symbol' && (sample.has(key) || OTHER_SLOTS.has(key.description));
  return Reflect.ownKeys(target).filter((key) => !isHosts(key));
}

/** Slots that only some signals have. */
const OTHER_SLOTS: ReadonlySet<string | undefined> = new Set([
  'kSourceSignals',
  'kDependantSignals',
  'kResultSignalWeakRef',
  'kFollowing',
]);

/** Bits of a listener, as Node has them; those of the first three are options of `addEventListener`. */
const FLAG = { once: 1, capture: 2, passive: 4, nodeStyle: 8, weak: 16, removed: 64 } as const;
const OPTIONS = FLAG.once | FLAG.capture | FLAG.passive;
/** What was assigned to `onabort` and the like. */
const HANDLER = 8;

function writeListeners(target: object, sink: ValueSink): void {
  const events = slotOf(target, 'kEvents');
  const handlers = slotOf(target, 'kHandlers');
  const listeners: (readonly [type: string, flags: number, callback: unknown])[] = [];
  if (types?.isMap(events) === true) {
    for (const [type, root] of Map.prototype.entries.call(events)) {
      const wrapper: unknown = types.isMap(handlers) ? Map.prototype.get.call(handlers, type) : undefined;
      for (let one = dataOf(root, 'next'); one !== undefined; one = dataOf(one, 'next')) {
        const flags = Number(dataOf(one, 'flags'));
        const callback = dataOf(one, 'listener');
        if ((flags & FLAG.removed) !== 0) continue;
        if ((flags & (FLAG.nodeStyle | FLAG.weak)) !== 0 || typeof type !== 'string') {
          throw sink.refuse(target, 'the host itself listens to it', 'Make one on the other side.');
        }
        if (callback !== undefined && callback === wrapper) {
          const handler: unknown = Object.getOwnPropertyDescriptor(callback, 'handler')?.value;
          listeners.push([type, HANDLER, handler]);
        } else listeners.push([type, flags & OPTIONS, callback]);
      }
    }
  }
  sink.uint(listeners.length);
  for (const [type, flags, callback] of listeners) {
    sink.text(type);
    sink.uint(flags);
    sink.value(callback);
  }
}

function readListeners(target: EventTarget, source: ValueSource): void {
  const listeners: (readonly [type: string, flags: number, callback: unknown])[] = [];
  for (let left = source.count(3); left > 0; left--) listeners.push([source.text(), source.uint(), source.value()]);
  if (listeners.length > 0) source.requireTrust('listeners of events');
  source.finally(() => {
    for (const [type, flags, callback] of listeners) {
      if ((flags & HANDLER) !== 0) Reflect.set(target, `on${type}`, callback);
      else
        EventTarget.prototype.addEventListener.call(target, type, callback as () => void, {
          once: (flags & FLAG.once) !== 0,
          capture: (flags & FLAG.capture) !== 0,
          passive: (flags & FLAG.passive) !== 0,
        });
    }
  });
}

/** A target of events, with its listeners. */
export const eventTargetKind: Kind<EventTarget> = {
  code: 58,
  name: 'EventTarget',
  prototype: undefined,
  test: (value) =>
    Object.getOwnPropertySymbols(value).some(({ description }) => description === 'kEvents') &&
    isOf(value, 'EventTarget'),
  structuralKeys: -1,
  ownKeys: userKeys,
  write: writeListeners,
  read(source) {
    const target = source.define(new EventTarget());
    readListeners(target, source);
    return target;
  },
};

const abortedOf = getterOf<object, boolean>(AbortSignal.prototype, 'aborted');
const reasonOf = getterOf<object, unknown>(AbortSignal.prototype, 'reason');
const signalOf = getterOf<AbortController, AbortSignal>(AbortController.prototype, 'signal');

function isSignal(value: object): boolean {
  return isOf(value, 'AbortSignal') && accepts(abortedOf, value);
}

/** Whose signals those are that were read here: a controller that comes along is found by its signal. */
const controllers = new WeakMap<AbortSignal, AbortController>();

function makeSignal(): AbortSignal {
  const controller = new AbortController();
  controllers.set(controller.signal, controller);
  return controller.signal;
}

/** A signal that was aborted: nothing happens to it any more. */
export const abortedSignalKind: Kind<AbortSignal> = {
  code: 47,
  name: 'AbortSignal',
  prototype: undefined,
  test: (value) => isSignal(value) && abortedOf(value),
  structuralKeys: -1,
  ownKeys: userKeys,
  write: (signal, sink) => sink.value(reasonOf(signal)),
  read(source) {
    const signal = source.define(makeSignal());
    controllers.get(signal)!.abort(source.value());
    return signal;
  },
};

/** A signal that was not aborted: it is aborted there by what comes along, its controller or the signals that it follows. */
export const abortSignalKind: Kind<AbortSignal> = {
  code: 56,
  name: 'AbortSignal',
  prototype: undefined,
  test: (value) => isSignal(value) && !abortedOf(value),
  structuralKeys: -1,
  ownKeys: userKeys,
  write(signal, sink) {
    if (slotOf(signal, 'kTimeout') === true) {
      throw sink.refuse(signal, 'it is aborted by a timer of this process', 'Make one with the time that is left.');
    }
    const sources = sourcesOf(signal);
    sink.uint(sources.length);
    for (const one of sources) sink.value(one);
    writeListeners(signal, sink);
  },
  read(source) {
    const count = source.count(1);
    let signal: AbortSignal;
    if (count === 0) signal = source.define(makeSignal());
    else {
      const place = source.reserve();
      const sources = Array.from({ length: count }, () => source.object());
      if (!sources.every(isSignal)) throw source.damaged('a signal that follows something else');
      signal = source.fill(place, AbortSignal.any(sources as AbortSignal[]));
    }
    readListeners(signal, source);
    return signal;
  },
};

/** The signals of `AbortSignal.any` that still exist: others cannot abort it any more. */
function sourcesOf(signal: AbortSignal): readonly AbortSignal[] {
  const sources = slotOf(signal, 'kSourceSignals');
  if (types?.isSet(sources) !== true) return [];
  return [...Set.prototype.values.call(sources)]
    .map((ref) => WeakRef.prototype.deref.call(ref as WeakRef<AbortSignal>))
    .filter((one) => one !== undefined) as AbortSignal[];
}

export const abortControllerKind: Kind<AbortController> = {
  code: 57,
  name: 'AbortController',
  prototype: undefined,
  test: (value) => isOf(value, 'AbortController') && accepts(signalOf, value),
  structuralKeys: -1,
  write: (controller, sink) => sink.value(signalOf(controller)),
  read(source) {
    const place = source.reserve();
    const controller = controllers.get(source.object() as AbortSignal);
    if (controller === undefined) throw source.damaged('a controller of a signal that has none');
    return source.fill(place, controller);
  },
};
