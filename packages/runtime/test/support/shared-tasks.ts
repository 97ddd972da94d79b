// What tests of shared memory run elsewhere; by reference, over every codec.
import type { BaseQueue, RawValue, ShareableItem, ShareableList, SharedArray, SharedMemory, Value } from '@mp/runtime';

export const readByte = (memory: SharedMemory, at: number): number => memory.buf[at] as number;
export const fill = (array: Float64Array, value: number): number => array.fill(value).length;
export const isOneMemory = (a: Uint8Array, b: Int32Array, memory: SharedMemory): boolean =>
  a.buffer === b.buffer && b.buffer === memory.buffer;
export const addTimes = async (value: Value<'i'>, times: number): Promise<void> => {
  for (let i = 0; i < times; i++) await value.update((n) => n + 1);
};
export const setRaw = (value: RawValue<'d'>, to: number): void => {
  value.value = to;
};
export const double = (array: SharedArray<'i'>): Promise<number[]> =>
  array.runExclusive((numbers) => [...numbers.map((n) => n * 2)]);
export const setItem = (list: ShareableList, index: number, item: ShareableItem): ShareableItem[] => {
  list.set(index, item);
  return [...list];
};
export const make = async (size: number): Promise<SharedMemory> => {
  const { SharedMemory } = await import('@mp/runtime');
  const memory = new SharedMemory({ create: true, size });
  memory.buf.fill(7);
  return memory;
};
/** Makes memory here, which the caller gets after this process is gone. */
export const putMemory = async (queue: BaseQueue<Uint8Array>): Promise<void> => {
  await queue.put((await make(1000)).buf.subarray(10, 20));
};
