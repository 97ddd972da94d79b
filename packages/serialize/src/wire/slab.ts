import { lockMemory } from '../model/platform.js';

/** Bytes up to here share memory with others; of more, memory of their own is a small part of the price. */
const MAX_SHARED = 2048;
/** One small message that is kept keeps this much alive, like a small Buffer of Node's. */
const SLAB_BYTES = 16_384;
/** A program that makes fewer messages is spared loading what locks the memory, which takes as long as 2000 allocations. */
const WORTH_IT_AFTER = 256;

let slab: Int32Array<ArrayBuffer> | undefined;
/** How much of it is used. */
let used = SLAB_BYTES;
let copies = 0;

/**
 * A copy of the first bytes of some memory, for good.
 *
 * To allocate memory outside of the heap of JavaScript costs more than to write a small message, so small ones
 * get a part of a slab, as small Buffers do. The slab cannot be transferred: to transfer the memory of one message would take
 * the others along.
 */
export function copyStart(bytes: Uint8Array<ArrayBuffer>, words: Int32Array, length: number): Uint8Array<ArrayBuffer> {
  if (length > MAX_SHARED || ++copies <= WORTH_IT_AFTER) return bytes.slice(0, length);
  if (used + length > SLAB_BYTES) startSlab();
  const target = slab!;
  // Word by word: for so few bytes `set` costs more, and needs one view more.
  const first = used >> 2;
  const count = (length + 3) >> 2;
  for (let i = 0; i < count; i++) target[first + i] = words[i]!;
  const start = used;
  // Vectors inside are aligned to the beginning of the message.
  used = (used + length + 7) & ~7;
  return new Uint8Array(target.buffer, start, length);
}

function startSlab(): void {
  slab = new Int32Array(SLAB_BYTES / 4);
  lockMemory(slab.buffer);
  used = 0;
}
