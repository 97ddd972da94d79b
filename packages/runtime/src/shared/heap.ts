import { onFork } from '../platform/forking.js';
import { SharedMemory } from './shared-memory.js';

// Small values share segments: a segment of its own would cost each of them a file and a page.

const SEGMENT_BYTES = 1 << 16;
/** Every value gets so much, whatever its type is: each place fits each value. */
const SLOT_BYTES = 8;

/** A place for one value. */
export interface Slot {
  readonly memory: SharedMemory;
  /** In bytes. */
  readonly offset: number;
  /** Somebody else may know the place. */
  isShared: boolean;
}

let segment: SharedMemory | undefined;
let used = 0;
const free: Slot[] = [];
const slots = new Set<Slot>();
const collected = new FinalizationRegistry<Slot>((slot) => {
  slots.delete(slot);
  if (!slot.isShared) free.push({ ...slot });
});

// From a fork on, parent and child both have what was made before it, and neither may use the place for something else.
onFork({
  beforeFork: () => {
    for (const slot of slots) slot.isShared = true;
    free.length = 0;
    segment = undefined;
  },
});

/**
 * Takes a place of eight bytes, filled with zeros. It is used again when its holder is collected, unless it was sent to
 * somebody.
 */
export function allocateSlot(holder: object): Slot {
  const slot = free.pop() ?? nextSlot();
  new Uint8Array(slot.memory.buffer, slot.offset, SLOT_BYTES).fill(0);
  slots.add(slot);
  collected.register(holder, slot);
  return slot;
}

function nextSlot(): Slot {
  if (segment === undefined || used + SLOT_BYTES > SEGMENT_BYTES) {
    segment = new SharedMemory({ create: true, size: SEGMENT_BYTES });
    used = 0;
  }
  const slot = { memory: segment, offset: used, isShared: false };
  used += SLOT_BYTES;
  return slot;
}
