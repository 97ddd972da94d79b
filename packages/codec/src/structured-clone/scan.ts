import { types } from 'node:util';
import { formatPath, type PathStep } from '../path.js';
import type { ReduceContext, Reducer } from '../reducer.js';
import type { ResolvedContext } from '../resolve-context.js';
import { SERIALIZE_ERROR_CODES as CODES, SerializeError } from '../serialize-error.js';
import { builtInClassName } from './built-in-class.js';
import { classify } from './classify.js';
import { reduceError } from './error-kind.js';
import { messageOf } from './message-of.js';
import { entries, members, type Parts, properties, refuseExtras, refuseViewExtras } from './parts.js';
import { Refusal, refusal } from './refusal.js';
import { Regions } from './regions.js';
import { memoryOf } from './views.js';

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
  /** What to call if the payload is never sent. */
  readonly abandons: (() => void)[] = [];
  /** Objects that travel as something else: by the index of their reduction. */
  readonly reduced: Map<object, number> = new Map();
  /** ArrayBuffers that the value holds directly: they travel as regions. */
  readonly memories: Set<ArrayBuffer> = new Set();
  /** SharedArrayBuffers, by the index of their attachment. */
  readonly shared: Map<SharedArrayBuffer, number> = new Map();
  /** The kinds of the views. */
  readonly views: Map<ArrayBufferView, number> = new Map();

  readonly #context: ResolvedContext;
  readonly #root: string;
  readonly #seen = new Set<object>();
  readonly #open = new Set<object>();
  readonly #stack: Frame[] = [];
  readonly #reduceContext: ReduceContext;
  #nodes = 0;

  /** @throws SerializeError that names the path of the first part that cannot travel. */
  constructor(value: unknown, context: ResolvedContext, root: string, kind: ReduceContext['kind']) {
    this.#context = context;
    this.#root = root;
    this.#reduceContext = {
      kind,
      peer: context.peer,
      attach: (resource, abandon) => {
        if (abandon !== undefined) this.abandons.push(abandon);
        return this.#attach(resource);
      },
    };
    try {
      this.#visit(value);
      while (this.#stack.length > 0) this.#advance(this.#stack[this.#stack.length - 1] as Frame);
    } catch (error) {
      this.abandon();
      throw error instanceof Refusal ? this.#explain(error) : error;
    }
  }

  /** Whether containers must be copied because some part of them travels as something else. */
  get substitutes(): boolean {
    return this.reduced.size > 0 || this.memories.size > 0 || this.shared.size > 0;
  }

  /** Releases what reducers opened for the journey. */
  abandon(): void {
    for (const abandon of this.abandons.splice(0)) abandon();
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
    if (typeof value === 'symbol') throw refusal(String(value), 'structured clone carries no symbols');
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return;
    if (this.#seen.has(value)) {
      if (this.#open.has(value))
        throw refusal('an object that leads back to itself through its own reduction', 'it could not be made again');
      return;
    }
    this.#seen.add(value);
    const reducer = this.#reducerFor(value);
    if (reducer !== undefined) this.#reduce(value, reducer.tag, () => reducer.reduce(value, this.#reduceContext));
    else this.#visitObject(value);
  }

  #visitObject(object: object): void {
    const found = classify(object);
    switch (found.kind) {
      case 'array':
        return this.#enter(object, properties(object));
      case 'object':
        if (Object.getPrototypeOf(object) === null) this.fixups.push([FIXUP.nullPrototype, object, 0]);
        return this.#enter(object, properties(object));
      case 'map':
        return this.#enter(object, entries(object as Map<unknown, unknown>));
      case 'set':
        return this.#enter(object, members(object as Set<unknown>));
      case 'error':
        return this.#visitError(object as Error, found.error);
      case 'view':
        return this.#visitView(object as ArrayBufferView, found.view);
      case 'memory':
        return this.#visitMemory(object as ArrayBuffer);
      case 'shared-memory':
        return this.#visitShared(object as SharedArrayBuffer);
      case 'leaf':
        return this.#visitLeaf(object);
    }
  }

  #visitLeaf(object: object): void {
    if (types.isRegExp(object)) {
      const { value: lastIndex, writable } = Object.getOwnPropertyDescriptor(object, 'lastIndex') as PropertyDescriptor;
      if (typeof lastIndex !== 'number') throw refusal('a RegExp whose lastIndex is no number', 'it would arrive as 0');
      if (writable !== true && !Object.isFrozen(object))
        throw refusal('a RegExp whose lastIndex is read-only', 'it would arrive writable');
      if (!Object.is(lastIndex, 0)) this.fixups.push([FIXUP.lastIndex, object, lastIndex]);
      refuseExtras(object, 'a RegExp', 1);
    } else {
      // A boxed string has its characters and its length as own properties.
      const own = types.isStringObject(object) ? String.prototype.valueOf.call(object).length + 1 : 0;
      refuseExtras(object, 'a built-in object', own);
    }
    this.#noteIntegrity(object);
  }

  #visitError(error: Error, code: number): void {
    const data = reduceError(error, code);
    // Only the properties have parts to look at, and the path goes straight to them.
    this.#reduceTo(error, undefined, data, data[1]);
  }

  #visitView(view: ArrayBufferView, kind: number): void {
    const memory = memoryOf(view);
    if (isDetached(memory)) throw refusal('a view of a detached ArrayBuffer', 'its memory is gone');
    if (isResizable(memory))
      throw refusal('a view of a resizable buffer', 'whether it tracks the length cannot be told from outside');
    refuseViewExtras(view);
    this.#refuseIntegrity(view, 'a view');
    this.views.set(view, kind);
    const reducer = this.#reducerFor(memory);
    if (reducer !== undefined)
      throw refusal(
        `a view of memory that travels by the reducer ${reducer.tag}`,
        'it would arrive as a view of a copy',
      );
    if (types.isSharedArrayBuffer(memory)) return this.#visitShared(memory);
    refuseExtras(memory, 'an ArrayBuffer');
    this.#refuseIntegrity(memory, 'an ArrayBuffer');
    this.regions.addView(view, kind);
  }

  #visitShared(memory: SharedArrayBuffer): void {
    if (!this.shared.has(memory)) this.shared.set(memory, this.#attach(memory));
  }

  #visitMemory(memory: ArrayBuffer): void {
    if (isDetached(memory)) throw refusal('a detached ArrayBuffer', 'its memory is gone');
    if (isResizable(memory)) throw refusal('a resizable ArrayBuffer', 'it would arrive with a fixed length');
    refuseExtras(memory, 'an ArrayBuffer');
    this.#refuseIntegrity(memory, 'an ArrayBuffer');
    this.memories.add(memory);
    this.regions.addWhole(memory);
  }

  #enter(object: object, [steps, values]: Parts): void {
    const { maxDepth, maxNodes } = this.#context.limits;
    this.#nodes += values.length;
    if (this.#nodes > maxNodes)
      throw new Refusal(CODES.limit, `the value has more than ${maxNodes} parts (limits.maxNodes)`);
    if (this.#stack.length >= maxDepth)
      throw new Refusal(CODES.limit, `the value nests deeper than ${maxDepth} (limits.maxDepth)`);
    this.#noteIntegrity(object);
    this.#stack.push({ steps, values, next: 0, done: undefined });
  }

  #reduce(object: object, tag: string, reduce: () => unknown): void {
    const data = this.#callReducer(tag, reduce);
    this.#reduceTo(object, tag, data, data);
  }

  #reduceTo(object: object, tag: string | undefined, data: unknown, parts: unknown): void {
    this.#open.add(object);
    const firstFixup = this.fixups.length;
    const done = (): void => {
      this.#open.delete(object);
      // Objects met first inside the data are put right before `revive` sees them.
      const fixups = this.fixups.splice(firstFixup);
      this.reduced.set(object, this.reductions.push({ tag, data, fixups }) - 1);
      // A handle is what `revive` makes of it; an Error is ours to put right.
      if (tag === undefined) this.#noteIntegrity(object);
    };
    this.#stack.push({ steps: [{ call: tag === undefined ? '' : `.<${tag}>` }], values: [parts], next: 0, done });
  }

  #callReducer(tag: string, reduce: () => unknown): unknown {
    try {
      return reduce();
    } catch (cause) {
      if (cause instanceof Refusal) throw cause;
      throw new Refusal(CODES.reduction, `the reducer ${tag} failed: ${messageOf(cause)}`, undefined, cause);
    }
  }

  #reducerFor(value: object): Reducer | undefined {
    const { reducers } = this.#context;
    if (reducers.length === 0) return undefined;
    // A proxy first: its prototype is what a trap says.
    if (typeof value === 'object' && !types.isProxy(value)) {
      const prototype: object | null = Object.getPrototypeOf(value);
      if (
        prototype === Array.prototype ||
        prototype === null ||
        prototype === Object.prototype ||
        builtInClassName(prototype) !== ''
      )
        return isMemory(value)
          ? this.#find(
              reducers.filter(({ forMemory }) => forMemory),
              value,
            )
          : undefined;
    }
    return this.#find(reducers, value);
  }

  #find(reducers: readonly Reducer[], value: object): Reducer | undefined {
    return reducers.find((reducer) => this.#callReducer(reducer.tag, () => reducer.test(value)) === true);
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

  #refuseIntegrity(object: object, what: string): void {
    if (!Object.isExtensible(object)) throw refusal(`${what} that is not extensible`, 'it would arrive extensible');
  }

  #attach(resource: unknown): number {
    if (!this.#context.attachments) {
      const what = types.isSharedArrayBuffer(resource) ? 'a SharedArrayBuffer' : 'a resource';
      throw new Refusal(CODES.attachment, `${what} cannot be attached: this channel carries bytes only`);
    }
    return this.attachments.push(resource) - 1;
  }

  #explain({ code, problem, key, cause }: Refusal): SerializeError {
    const steps: PathStep[] = this.#stack.map((frame) => frame.steps[frame.next - 1] ?? { call: '' });
    if (key !== undefined) steps.push(key);
    const path = formatPath(this.#root, steps);
    const options = cause === undefined ? { path } : { path, cause };
    return new SerializeError(code, `${path}: ${problem}.\n${HINT}`, options);
  }
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

function isMemory(value: object): boolean {
  return ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value);
}
