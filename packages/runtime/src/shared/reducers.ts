import type { Reducer } from '@mp/codec';
import type { Lock } from '../sync/lock.js';
import type { RLock } from '../sync/rlock.js';
import { describeValue, findValue, RawValue, type ValuePlace } from './raw.js';
import { ShareableList } from './shareable-list.js';
import { describeMemory, findMemory, type MemoryPlace, ownerOf, SharedMemory } from './shared-memory.js';
import { SharedArray, synchronized, Value } from './synchronized.js';

/** Lets shared memory travel by its name. */
export const sharedMemoryReducer: Reducer<SharedMemory, MemoryPlace> = {
  tag: 'mp.SharedMemory',
  test: (value): value is SharedMemory => value instanceof SharedMemory,
  reduce: describeMemory,
  revive: findMemory,
};

/** A view of shared memory, or its buffer. */
interface ViewData {
  readonly memory: SharedMemory;
  readonly type: string;
  readonly offset: number;
  /** In elements; of a DataView in bytes. */
  readonly length: number;
}

type ViewClass = new (buffer: ArrayBuffer, offset: number, length: number) => object;

const VIEW_CLASSES: ReadonlyMap<object, string> = new Map(
  [
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    BigInt64Array,
    BigUint64Array,
    Float32Array,
    Float64Array,
    DataView,
    Buffer,
    (globalThis as { Float16Array?: typeof Float32Array }).Float16Array,
  ].flatMap((viewClass) => (viewClass === undefined ? [] : [[viewClass.prototype as object, viewClass.name] as const])),
);

/** Lets typed arrays in shared memory arrive as what they are: the same memory, without a copy. */
export const sharedViewReducer: Reducer<ArrayBufferView | ArrayBuffer, ViewData> = {
  tag: 'mp.sharedView',
  forMemory: true,
  test: (value): value is ArrayBufferView | ArrayBuffer => {
    if (!ArrayBuffer.isView(value)) return ownerOf(value as ArrayBuffer) !== undefined;
    return ownerOf(value.buffer) !== undefined && VIEW_CLASSES.has(Object.getPrototypeOf(value));
  },
  reduce: (value) => {
    if (!ArrayBuffer.isView(value))
      return { memory: ownerOf(value) as SharedMemory, type: 'ArrayBuffer', offset: 0, length: 0 };
    return {
      memory: ownerOf(value.buffer) as SharedMemory,
      type: VIEW_CLASSES.get(Object.getPrototypeOf(value)) as string,
      offset: value.byteOffset,
      length: 'length' in value ? (value.length as number) : value.byteLength,
    };
  },
  revive: ({ memory, type, offset, length }) => {
    if (type === 'ArrayBuffer') return memory.buffer;
    if (type === 'Buffer') return Buffer.from(memory.buffer, offset, length);
    return new ((globalThis as Record<string, unknown>)[type] as ViewClass)(
      memory.buffer,
      offset,
      length,
    ) as ArrayBufferView;
  },
};

/** Lets a shared number travel: it is the same one elsewhere. */
export const rawValueReducer: Reducer<RawValue, ValuePlace> = {
  tag: 'mp.RawValue',
  test: (value): value is RawValue => value instanceof RawValue,
  reduce: describeValue,
  revive: findValue,
};

interface SynchronizedData {
  readonly kind: 'value' | 'array';
  readonly object: unknown;
  readonly lock: Lock | RLock | undefined;
}

/** Lets shared numbers travel together with their lock. */
export const synchronizedReducer: Reducer<Value | SharedArray, SynchronizedData> = {
  tag: 'mp.synchronized',
  test: (value): value is Value | SharedArray => value instanceof Value || value instanceof SharedArray,
  reduce: (value) => ({ kind: value instanceof Value ? 'value' : 'array', ...value.parts }),
  revive: ({ kind, ...parts }) => synchronized(kind, parts),
};

/** Lets a shared list travel. */
export const shareableListReducer: Reducer<ShareableList, { readonly memory: SharedMemory }> = {
  tag: 'mp.ShareableList',
  test: (value): value is ShareableList => value instanceof ShareableList,
  reduce: ({ shm }) => ({ memory: shm }),
  revive: ({ memory }) => new ShareableList(undefined, memory),
};
