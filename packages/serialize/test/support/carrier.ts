import { types } from 'node:util';
import { FunctionCapture } from '../../dist/capture/port.js';
import { introspection } from '../../dist/inspector/internals.js';
import type { AnyFunction, Meta } from '../../dist/model/ports.js';
import { References } from '../../dist/references/port.js';
import { FunctionRevival } from '../../dist/revive/port.js';

/**
 * The smallest value engine that lets the code engine be tested on its own: it writes graphs of objects as JSON, so
 * that they can go to another process. It knows objects, arrays, Map, Set, Date, arguments, bound functions, proxies.
 */
type Encoded = unknown;
type Property = readonly [key: Encoded, flags: number, ...values: Encoded[]];

interface Node {
  kind: string;
  prototype?: Encoded;
  properties?: Property[];
  entries?: Encoded[];
  extensible?: boolean;
  meta?: Meta;
  fn?: number;
}

interface Parcel {
  readonly root: Encoded;
  readonly nodes: readonly Node[];
  readonly metas: readonly Meta[];
  readonly slots: readonly (readonly Encoded[])[];
}

const references = new References();

/** Writes a value as text. */
export function pack(value: unknown): string {
  const capture = new FunctionCapture(references).begin();
  const nodes: Node[] = [];
  const known = new Map<object | symbol, Encoded>();
  const functions = new Map<AnyFunction, number>();
  const holders = new Map<AnyFunction, object>();
  let fresh: AnyFunction[] = [];
  const work: (() => void)[] = [];

  const encodeFunction = (fn: AnyFunction): Encoded => {
    let index = functions.get(fn);
    if (index === undefined) {
      index = functions.size;
      functions.set(fn, index);
      fresh.push(fn);
    }
    return ['f', index];
  };

  const encode = (one: unknown, holder?: object): Encoded => {
    if (typeof one === 'bigint') return ['n', String(one)];
    if (typeof one === 'number' && (!Number.isFinite(one) || Object.is(one, -0)))
      return ['d', Object.is(one, -0) ? '-0' : String(one)];
    if (one === undefined) return ['u'];
    if ((typeof one !== 'object' && typeof one !== 'function' && typeof one !== 'symbol') || one === null) return one;
    const reference = references.find(one);
    if (reference !== undefined) return ['r', reference.meta];
    const before = known.get(one);
    if (before !== undefined) return before;
    if (typeof one === 'symbol') {
      const kind = Symbol.keyFor(one) === undefined ? 'symbol' : 'registered';
      const encoded = ['#', nodes.push({ kind: `${kind}:${one.description ?? ''}` }) - 1];
      known.set(one, encoded);
      return encoded;
    }
    if (typeof one === 'function' && !types.isProxy(one)) {
      const fn = one as AnyFunction;
      const bound = introspection.boundFunction(fn);
      if (bound === undefined) {
        if (holder !== undefined && !holders.has(fn)) holders.set(fn, holder);
        return encodeFunction(fn);
      }
      const node: Node = { kind: 'bound' };
      const encoded = ['#', nodes.push(node) - 1];
      known.set(fn, encoded);
      node.entries = [encode(bound.target), encode(bound.boundThis), encode(bound.boundArgs)];
      return encoded;
    }
    const node: Node = { kind: 'object' };
    const encoded = ['#', nodes.push(node) - 1];
    known.set(one, encoded);
    if (types.isProxy(one)) {
      const { target, handler } = introspection.proxy(one);
      node.kind = 'proxy';
      node.entries = [encode(target), encode(handler)];
      return encoded;
    }
    work.push(() => describe(node, one));
    return encoded;
  };

  const describe = (node: Node, object: object): void => {
    const constructor: unknown = Reflect.getOwnPropertyDescriptor(object, 'constructor')?.value;
    if (
      typeof constructor === 'function' &&
      Reflect.getOwnPropertyDescriptor(constructor, 'prototype')?.value === object
    ) {
      node.kind = 'prototype';
      node.entries = [encode(constructor)];
    } else if (Array.isArray(object)) node.kind = 'array';
    else if (types.isArgumentsObject(object)) node.kind = 'arguments';
    else if (types.isDate(object)) {
      node.kind = 'date';
      node.entries = [encode(object.getTime())];
    } else if (types.isMap(object)) {
      node.kind = 'map';
      node.entries = [...object].flatMap(([key, value]) => [encode(key), encode(value)]);
    } else if (types.isSet(object)) {
      node.kind = 'set';
      node.entries = [...object].map((value) => encode(value));
    }
    const prototype = Object.getPrototypeOf(object) as object | null;
    node.prototype = encode(prototype);
    node.extensible = Object.isExtensible(object);
    node.properties = Reflect.ownKeys(object).map((key): Property => {
      const d = Reflect.getOwnPropertyDescriptor(object, key) as PropertyDescriptor;
      const flags = (d.writable ? 1 : 0) | (d.enumerable ? 2 : 0) | (d.configurable ? 4 : 0) | ('value' in d ? 0 : 8);
      return 'value' in d
        ? [encode(key), flags, encode(d.value, object)]
        : [encode(key), flags, encode(d.get, object), encode(d.set, object)];
    });
    const K: unknown = prototype && Reflect.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
    if (typeof K === 'function' && node.kind !== 'prototype') instances.push([node, object, K as AnyFunction]);
  };
  const instances: [Node, object, AnyFunction][] = [];

  const root = encode(value);
  const metas: Meta[] = [];
  const slots: Encoded[][] = [];
  for (;;) {
    while (work.length > 0) (work.shift() as () => void)();
    if (fresh.length === 0) {
      // Classes are known by now; what private members hold may hold more.
      for (const [node, object, K] of instances.splice(0)) {
        const privates = functions.has(K) ? capture.privateMembers(object, K) : undefined;
        if (privates === undefined) continue;
        node.meta = privates.meta;
        node.entries = [...(node.entries ?? []), ['slots'], ...privates.slots.map((slot) => encode(slot))];
      }
      if (work.length === 0 && fresh.length === 0) break;
      continue;
    }
    const batch = fresh;
    fresh = [];
    const captured = capture.functions(
      batch,
      (fn) => `value.${fn.name}`,
      (fn) => holders.get(fn),
    );
    metas.push(captured.meta);
    slots.push(captured.slots.map((slot) => encode(slot)));
  }
  return JSON.stringify({ root, nodes, metas, slots } satisfies Parcel);
}

/** Makes the value again. */
export function unpack(text: string): unknown {
  const parcel = JSON.parse(text) as Parcel;
  const revival = new FunctionRevival(references).begin();
  const functions = revival.allocate(parcel.metas);
  const made: unknown[] = [];
  const decode = (one: Encoded): unknown => {
    if (!Array.isArray(one)) return one;
    const [tag, value] = one as [string, never];
    switch (tag) {
      case 'n':
        return BigInt(value);
      case 'd':
        return Number(value);
      case 'u':
        return undefined;
      case 'f':
        return functions[value];
      case 'r':
        return references.resolve({ meta: value });
      default:
        return allocate(value as number);
    }
  };
  const allocate = (index: number): unknown => {
    if (index in made) return made[index];
    const node = parcel.nodes[index] as Node;
    made[index] = create(node);
    return made[index];
  };
  const plain = (node: Node): object => {
    const entries = node.entries ?? [];
    switch (node.kind) {
      case 'array':
        return [];
      case 'map':
        return new Map();
      case 'set':
        return new Set();
      case 'date':
        return new Date(decode(entries[0]) as number);
      case 'arguments':
        return (function (..._: unknown[]) {
          // biome-ignore lint/complexity/noArguments: an arguments object is what is wanted
          return arguments;
        })();
      default:
        return {};
    }
  };
  const create = (node: Node): unknown => {
    const entries = node.entries ?? [];
    if (node.kind.startsWith('symbol:')) return Symbol(node.kind.slice(7));
    if (node.kind.startsWith('registered:')) return Symbol.for(node.kind.slice(11));
    switch (node.kind) {
      case 'prototype':
        return (decode(entries[0]) as { prototype: object }).prototype;
      case 'proxy':
        return new Proxy(decode(entries[0]) as object, decode(entries[1]) as ProxyHandler<object>);
      case 'bound':
        return Reflect.apply(Function.prototype.bind, decode(entries[0]), [
          decode(entries[1]),
          ...(fillNow(decode(entries[2]) as object, entries[2]) as unknown[]),
        ]);
      default:
        return node.meta === undefined ? plain(node) : revival.allocateInstance(node.meta, () => plain(node));
    }
  };
  const fillNow = (object: object, encoded: Encoded): object => {
    fill((encoded as [string, number])[1]);
    return object;
  };
  const filled = new Set<number>();
  const fill = (index: number): void => {
    if (filled.has(index)) return;
    filled.add(index);
    const node = parcel.nodes[index] as Node;
    const object = allocate(index) as object;
    if (node.properties === undefined) return;
    const at = (node.entries ?? []).findIndex((entry) => Array.isArray(entry) && entry[0] === 'slots');
    const entries = at === -1 ? (node.entries ?? []) : (node.entries ?? []).slice(0, at);
    if (at !== -1)
      revival.fillPrivateMembers(object, node.meta as Meta, (node.entries ?? []).slice(at + 1).map(decode));
    if (node.kind === 'map')
      for (let i = 0; i < entries.length; i += 2)
        (object as Map<unknown, unknown>).set(decode(entries[i]), decode(entries[i + 1]));
    if (node.kind === 'set') for (const entry of entries) (object as Set<unknown>).add(decode(entry));
    Object.setPrototypeOf(object, decode(node.prototype) as object | null);
    for (const [key, flags, a, b] of node.properties) {
      const base = { enumerable: (flags & 2) !== 0, configurable: (flags & 4) !== 0 };
      const d =
        flags & 8
          ? { ...base, get: decode(a) as () => unknown, set: decode(b) as () => void }
          : { ...base, value: decode(a), writable: (flags & 1) !== 0 };
      // The `callee` of strict arguments is an accessor that cannot be changed.
      if (!(node.kind === 'arguments' && key === 'callee')) Object.defineProperty(object, decode(key) as string, d);
    }
    if (node.extensible === false) Object.preventExtensions(object);
  };
  const root = decode(parcel.root);
  for (let i = 0; i < parcel.nodes.length; i++) fill(i);
  revival.fill(parcel.slots.map((list) => list.map(decode)));
  return root;
}
