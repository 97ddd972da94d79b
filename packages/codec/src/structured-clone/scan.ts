import { types } from 'node:util';
import type { MpErrorOptions } from '../error.js';
import { formatPath, type PathStep } from '../path.js';
import type { ReduceContext, Reducer } from '../reducer.js';
import type { ResolvedContext } from '../resolve-context.js';
import { SERIALIZE_ERROR_CODES as CODES, SerializeError } from '../serialize-error.js';
import { classify } from './classify.js';
import { reduceError } from './error-kind.js';
import { Regions } from './regions.js';

/** An object that travels as other data: an Error, or what a reducer made of a handle. */
export interface Reduction {
  /** The reducer's tag; `undefined` for a built-in Error. */
  readonly tag: string | undefined;
  readonly data: unknown;
  /** What structured clone forgets about the data. */
  readonly fixups: readonly Fixup[];
}

/** What an object has that structured clone forgets, to be put back on arrival. */
export type Fixup = readonly [operation: number, object: object, argument: number];

/** The operations of a {@link Fixup}; wire codes. */
export const FIXUP = { nullPrototype: 0, preventExtensions: 1, seal: 2, freeze: 3, lastIndex: 4 } as const;

interface Frame {
  readonly steps: readonly PathStep[];
  readonly values: readonly unknown[];
  next: number;
  /** Called when all of the parts were walked. */
  readonly done: (() => void) | undefined;
}

const HINT = 'Leave it out, register a reducer for its kind, or use @mp/serialize.';

/**
 * Walks a value before structured clone sees it, and finds everything that the algorithm would lose, alter or
 * refuse without saying where. Depth first and without recursion; after it, {@link reductions} are in an order in
 * which each needs only those before it.
 */
export class Scan {
  readonly reductions: Reduction[] = [];
  readonly fixups: Fixup[] = [];
  readonly regions: Regions = new Regions();
  readonly attachments: unknown[] = [];
  /** Objects that travel as something else: by the index of their reduction. */
  readonly reduced: Map<object, number> = new Map();
  /** ArrayBuffers that the value holds directly: they travel as regions. */
  readonly memories: Set<ArrayBuffer> = new Set();
  /** SharedArrayBuffers, by the index of their attachment. */
  readonly shared: Map<SharedArrayBuffer, number> = new Map();
  readonly views: Map<ArrayBufferView, number> = new Map();

  readonly #context: ResolvedContext;
  readonly #root: string;
  readonly #seen = new Set<object>();
  readonly #open = new Set<object>();
  readonly #stack: Frame[] = [];
  readonly #reduceContext: ReduceContext = { attach: (resource) => this.#attach(resource) };

  /** @throws SerializeError that names the path of the first part that cannot travel. */
  constructor(value: unknown, context: ResolvedContext, root: string) {
    this.#context = context;
    this.#root = root;
    this.#visit(value);
    while (this.#stack.length > 0) this.#advance(this.#stack[this.#stack.length - 1] as Frame);
  }

  /** Whether containers must be copied because some part of them travels as something else. */
  get substitutes(): boolean {
    return this.reduced.size > 0 || this.memories.size > 0 || this.shared.size > 0;
  }

  #advance(frame: Frame): void {
    if (frame.next < frame.values.length) {
      this.#visit(frame.values[frame.next++]);
      return;
    }
    this.#stack.pop();
    frame.done?.();
  }

  #visit(value: unknown): void {
    if (typeof value === 'symbol') throw this.#refuse(String(value), 'structured clone carries no symbols');
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return;
    if (this.#seen.has(value)) {
      if (this.#open.has(value))
        throw this.#refuse(
          'an object that leads back to itself through its own reduction',
          'it could not be made again',
        );
      return;
    }
    this.#seen.add(value);
    const plain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
    const reducer = plain ? undefined : this.#reducerFor(value);
    if (reducer !== undefined) this.#reduce(value, reducer.tag, () => reducer.reduce(value, this.#reduceContext));
    else this.#visitObject(value);
  }

  #visitObject(object: object): void {
    const found = classify(object);
    switch (found.kind) {
      case 'refused':
        throw this.#refuse(found.what, found.why);
      case 'array':
        return this.#enter(object, ...this.#elements(object as unknown[]));
      case 'object':
        if (Object.getPrototypeOf(object) === null) this.fixups.push([FIXUP.nullPrototype, object, 0]);
        return this.#enter(object, ...this.#properties(object));
      case 'map':
        return this.#enter(object, ...this.#entries(object as Map<unknown, unknown>));
      case 'set':
        return this.#enter(object, ...this.#members(object as Set<unknown>));
      case 'error':
        return this.#reduce(object, undefined, () => this.#reduceError(object as Error, found.error));
      case 'view':
        return this.#visitView(object as ArrayBufferView, found.view);
      case 'memory':
        return this.#visitMemory(object as ArrayBuffer);
      case 'shared-memory':
        this.shared.set(object as SharedArrayBuffer, this.#attach(object));
        return;
      case 'leaf':
        this.#visitLeaf(object);
    }
  }

  #visitLeaf(object: object): void {
    if (types.isRegExp(object)) {
      const { lastIndex } = object;
      if (lastIndex !== 0) this.fixups.push([FIXUP.lastIndex, object, lastIndex]);
      this.#refuseExtras(object, 'a RegExp', 1);
    } else {
      // A boxed string has its characters and its length as own properties.
      const own = types.isStringObject(object) ? String.prototype.valueOf.call(object).length + 1 : 0;
      this.#refuseExtras(object, 'a built-in object', own);
    }
    this.#noteIntegrity(object);
  }

  #visitView(view: ArrayBufferView, kind: number): void {
    const memory = view.buffer;
    if (isDetached(memory)) throw this.#refuse('a view of a detached ArrayBuffer', 'its memory is gone');
    if (isResizable(memory))
      throw this.#refuse('a view of a resizable buffer', 'whether it tracks the length cannot be told from outside');
    const own =
      ArrayBuffer.isView(view) && !(view instanceof DataView) && 'length' in view ? (view as Uint8Array).length : 0;
    this.#refuseExtras(view, 'a typed array', own);
    this.views.set(view, kind);
    if (types.isSharedArrayBuffer(memory)) {
      if (!this.shared.has(memory)) this.shared.set(memory, this.#attach(memory));
    } else {
      this.regions.ofView(view, kind);
    }
  }

  #visitMemory(memory: ArrayBuffer): void {
    if (isDetached(memory)) throw this.#refuse('a detached ArrayBuffer', 'its memory is gone');
    if (isResizable(memory)) throw this.#refuse('a resizable ArrayBuffer', 'it would arrive with a fixed length');
    this.#refuseExtras(memory, 'an ArrayBuffer');
    this.memories.add(memory);
    this.regions.whole(memory);
  }

  #enter(object: object, steps: readonly PathStep[], values: readonly unknown[]): void {
    this.#noteIntegrity(object);
    this.#stack.push({ steps, values, next: 0, done: undefined });
  }

  #reduce(object: object, tag: string | undefined, reduce: () => unknown): void {
    let data: unknown;
    try {
      data = reduce();
    } catch (cause) {
      if (cause instanceof SerializeError && cause.path !== undefined) throw cause;
      throw this.#fail(CODES.reduction, `the reducer ${tag ?? 'for errors'} failed: ${messageOf(cause)}`, { cause });
    }
    this.#open.add(object);
    const firstFixup = this.fixups.length;
    const done = (): void => {
      this.#open.delete(object);
      // Objects met first inside the data are put right before `revive` sees them.
      const fixups = this.fixups.splice(firstFixup);
      this.reduced.set(object, this.reductions.push({ tag, data, fixups }) - 1);
    };
    this.#stack.push({ steps: [{ call: tag === undefined ? '' : `.<${tag}>` }], values: [data], next: 0, done });
  }

  #reduceError(error: Error, code: number): unknown {
    for (const key of Object.getOwnPropertySymbols(error))
      throw this.#refuse('an Error with a symbol key', 'structured clone carries no symbols', key);
    for (const key of Object.getOwnPropertyNames(error)) {
      const descriptor = Object.getOwnPropertyDescriptor(error, key);
      // V8 makes `stack` an own accessor from version 12 on; its getter is the engine's.
      if (key !== 'stack' && descriptor?.get !== undefined)
        throw this.#refuse('an accessor', 'only its value could travel', key);
    }
    return reduceError(error, code);
  }

  #elements(array: unknown[]): [PathStep[], unknown[]] {
    const [steps, values] = this.#properties(array, 'length');
    return [steps.map((step) => (typeof step === 'string' && isIndex(step) ? Number(step) : step)), values];
  }

  #properties(object: object, skipped?: string): [PathStep[], unknown[]] {
    const steps: PathStep[] = [];
    const values: unknown[] = [];
    const frozen = Object.isFrozen(object);
    for (const key of Reflect.ownKeys(object)) {
      if (key === skipped) continue;
      if (typeof key === 'symbol')
        throw this.#refuse('a property with a symbol key', 'structured clone would leave it out', key);
      const descriptor = Object.getOwnPropertyDescriptor(object, key) as PropertyDescriptor;
      if (!('value' in descriptor)) throw this.#refuse('an accessor', 'only its value could travel', key);
      if (descriptor.enumerable !== true)
        throw this.#refuse('a property that is not enumerable', 'structured clone would leave it out', key);
      if (descriptor.writable !== true && !frozen)
        throw this.#refuse('a read-only property', 'it would arrive writable', key);
      steps.push(key);
      values.push(descriptor.value);
    }
    return [steps, values];
  }

  #entries(map: Map<unknown, unknown>): [PathStep[], unknown[]] {
    this.#refuseExtras(map, 'a Map');
    const steps: PathStep[] = [];
    const values: unknown[] = [];
    for (const [key, value] of Map.prototype.entries.call(map) as Iterable<[unknown, unknown]>) {
      const name = typeof key === 'string' ? JSON.stringify(key) : isPrimitive(key) ? String(key) : '…';
      steps.push({ call: `.keys()[${steps.length / 2}]` }, { call: `.get(${name})` });
      values.push(key, value);
    }
    return [steps, values];
  }

  #members(set: Set<unknown>): [PathStep[], unknown[]] {
    this.#refuseExtras(set, 'a Set');
    const values: unknown[] = [...Set.prototype.values.call(set)];
    return [values.map((_, index) => ({ call: `.values()[${index}]` })), values];
  }

  #refuseExtras(object: object, what: string, expected = 0): void {
    if (Reflect.ownKeys(object).length > expected)
      throw this.#refuse(`${what} with properties of its own`, 'structured clone would leave them out');
  }

  #noteIntegrity(object: object): void {
    if (Object.isExtensible(object)) return;
    const operation = Object.isFrozen(object)
      ? FIXUP.freeze
      : Object.isSealed(object)
        ? FIXUP.seal
        : FIXUP.preventExtensions;
    this.fixups.push([operation, object, 0]);
  }

  #reducerFor(value: object): Reducer | undefined {
    for (const reducer of this.#context.reducers) if (reducer.test(value)) return reducer;
    return undefined;
  }

  #attach(resource: unknown): number {
    if (!this.#context.attachments) {
      const what = types.isSharedArrayBuffer(resource) ? 'a SharedArrayBuffer' : 'a resource';
      throw this.#fail(CODES.attachment, `${what} cannot be attached: this channel carries bytes only`);
    }
    return this.attachments.push(resource) - 1;
  }

  #refuse(what: string, why: string, key?: string | symbol): SerializeError {
    return this.#fail(CODES.unsupported, `${what} cannot travel: ${why}`, {}, key);
  }

  #fail(code: string, problem: string, options: MpErrorOptions = {}, key?: string | symbol): SerializeError {
    const steps = this.#stack.map((frame) => frame.steps[frame.next - 1] ?? { call: '' });
    if (key !== undefined) steps.push(typeof key === 'string' && isIndex(key) ? Number(key) : key);
    const path = formatPath(this.#root, steps);
    return new SerializeError(code, `${path}: ${problem}.\n${HINT}`, { ...options, path });
  }
}

function isIndex(key: string): boolean {
  return String(Number(key) >>> 0) === key;
}

function isPrimitive(value: unknown): boolean {
  return value === null || (typeof value !== 'object' && typeof value !== 'function');
}

function isResizable(memory: ArrayBufferLike): boolean {
  const { resizable, growable } = memory as { resizable?: boolean; growable?: boolean };
  return resizable === true || growable === true;
}

function isDetached(memory: ArrayBufferLike): boolean {
  if (types.isSharedArrayBuffer(memory) || memory.byteLength > 0) return false;
  try {
    // The only test that every supported engine has: a view of detached memory cannot be made.
    new Uint8Array(memory);
    return false;
  } catch {
    return true;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
