import { types } from './platform.js';

/** Memory as views show it. */
export type Memory = ArrayBuffer | SharedArrayBuffer;

// The language's own getters: a program may give a buffer another prototype, or a property of the same name.

const Shared: typeof SharedArrayBuffer | undefined =
  typeof SharedArrayBuffer === 'undefined' ? undefined : SharedArrayBuffer;

type Getter = ((this: unknown) => unknown) | undefined;

function getterOf(prototype: object | undefined, key: string): Getter {
  return prototype === undefined ? undefined : Object.getOwnPropertyDescriptor(prototype, key)?.get;
}

const length = getterOf(ArrayBuffer.prototype, 'byteLength');
const limit = getterOf(ArrayBuffer.prototype, 'maxByteLength');
const resizable = getterOf(ArrayBuffer.prototype, 'resizable');
const sharedLength = getterOf(Shared?.prototype, 'byteLength');
const sharedLimit = getterOf(Shared?.prototype, 'maxByteLength');
const growable = getterOf(Shared?.prototype, 'growable');

/** Whether memory is shared between threads. */
export function isSharedMemory(value: unknown): value is SharedArrayBuffer {
  return types?.isSharedArrayBuffer(value) ?? (Shared !== undefined && value instanceof Shared);
}

/** How many bytes a buffer has. */
export function byteLengthOfMemory(buffer: Memory): number {
  return Reflect.apply((isSharedMemory(buffer) ? sharedLength : length)!, buffer, []) as number;
}

/** How many bytes a buffer may have, where it can be resized or grow; `undefined` for any other. */
export function limitOfMemory(buffer: Memory): number | undefined {
  const isShared = isSharedMemory(buffer);
  const changes = isShared ? growable : resizable;
  if (changes === undefined || Reflect.apply(changes, buffer, []) !== true) return undefined;
  return Reflect.apply((isShared ? sharedLimit : limit)!, buffer, []) as number;
}
