import type { SyncArena } from '@mp/native';
import { lease } from '../native/leases.js';
import { requireNative } from '../native/native.js';
import { crypto } from '../platform/crypto.js';
import { onFork } from '../platform/forking.js';
import type { Place } from './backend.js';

/** A block of an arena, and whether anybody but its maker may know it. */
interface Block {
  readonly arena: SyncArena;
  readonly block: number;
  isShared: boolean;
}

const byName = new Map<string, SyncArena>();
/** The arena in which this thread makes what it makes. */
let own: SyncArena | undefined;
const blocks = new Set<Block>();
const collected = new FinalizationRegistry<Block>(release);

// From a fork on, parent and child both have what was made before it, and neither may give it back.
onFork({
  beforeFork: () => {
    for (const block of blocks) block.isShared = true;
  },
});

/** Makes a primitive in shared memory. A full arena is followed by another one. */
export function makeInArena<T>(make: (arena: SyncArena) => T): { readonly made: T; readonly arena: SyncArena } {
  own ??= createArena();
  try {
    return { made: make(own), arena: own };
  } catch (error) {
    if ((error as { code?: unknown }).code !== requireNative().NATIVE_ERROR_CODES.systemCall) throw error;
    own = createArena();
    return { made: make(own), arena: own };
  }
}

/** Finds the arena of a primitive that somebody made. */
export function findArena(memory: string, leased: number | undefined): SyncArena {
  let arena = byName.get(memory);
  if (arena === undefined) {
    const { SharedMemory, SyncArena } = requireNative();
    arena = SyncArena.attach(SharedMemory.attach(memory));
    byName.set(memory, arena);
  }
  if (leased !== undefined) arena.memory.endLease(leased);
  return arena;
}

/**
 * Gives the block of a primitive back when the object is collected, unless the primitive was sent to somebody: who has it
 * cannot be known then, and it stays as long as the arena does.
 *
 * @returns What to call when it is sent.
 */
export function keepBlock(holder: object, arena: SyncArena, block: number): () => void {
  const record: Block = { arena, block, isShared: false };
  blocks.add(record);
  collected.register(holder, record);
  return () => {
    record.isShared = true;
  };
}

/** Says how another process finds a primitive, and keeps its memory until it has. */
export function placeInArena(arena: SyncArena, block: number): Place {
  const { name } = arena.memory;
  if (name === undefined) throw new Error('An arena of this package has a name.');
  return { memory: name, block, lease: lease(arena.memory) };
}

function release(record: Block): void {
  blocks.delete(record);
  if (!record.isShared && !record.arena.memory.closed) record.arena.free(record.block);
}

function createArena(): SyncArena {
  const name = `sync-${crypto().randomBytes(12).toString('hex')}`;
  const arena = requireNative().SyncArena.create({ name });
  byName.set(name, arena);
  return arena;
}
