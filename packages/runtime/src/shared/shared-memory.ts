import type { SharedMemory as NativeMemory } from '@mp/native';
import { lease } from '../native/leases.js';
import { requireNative } from '../native/native.js';
import { translated } from '../native/native-errors.js';
import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';

/** Which memory, as in Python: an existing one by its name, or a new one by its size. */
export interface SharedMemoryOptions {
  /** Its name. A new one gets a name that nobody can guess by default. */
  readonly name?: string | undefined;
  /** Whether it is to be made. @defaultValue false */
  readonly create?: boolean | undefined;
  /** Its size in bytes, where it is made. It is taken at once: a full `/dev/shm` is an error here, and no crash later. */
  readonly size?: number | undefined;
  /** Whether a new one stays until it is unlinked, even while nobody has it. @defaultValue false */
  readonly persistent?: boolean | undefined;
}

/** How memory is found elsewhere. */
export interface MemoryPlace {
  readonly name: string;
  readonly lease: number;
}

/** Whose memory a buffer is. */
const owners = new WeakMap<ArrayBufferLike, SharedMemory>();
/** What this thread has open, by name. */
const known = new Map<string, WeakRef<SharedMemory>>();
const forgotten = new FinalizationRegistry<string>((name) => {
  if (known.get(name)?.deref() === undefined) known.delete(name);
});

let placeOf: (memory: SharedMemory) => MemoryPlace;
let endLease: (memory: SharedMemory, lease: number) => void;

/**
 * Memory that several processes have in common. It can be sent to them, and so can every typed array in it: they arrive as
 * the same memory, not as a copy.
 *
 * It lives as long as anybody has it open. It does not end with its creator, and no exit of another process destroys it.
 *
 * @example
 * using memory = new SharedMemory({ create: true, size: 8 * samples.length });
 * const shared = new Float64Array(memory.buffer);
 * shared.set(samples);
 * await pool.map((from) => transform(shared, from), starts);
 */
export class SharedMemory implements Disposable {
  /** The name by which others attach it. */
  readonly name: string;
  /** Its size in bytes. */
  readonly size: number;
  readonly #native: NativeMemory;

  /**
   * @throws ProcessError with code `MP_SEGMENT_EXISTS` where the name is taken, `MP_NO_SEGMENT` where there is none of it,
   *   `MP_SYSTEM_CALL` where there is not enough memory, `MP_NATIVE_UNAVAILABLE` without @mp/native.
   */
  constructor(options: SharedMemoryOptions) {
    this.#native = translated(() => open(options));
    this.name = this.#native.name as string;
    this.size = this.#native.size;
    owners.set(this.#native.buffer, this);
    known.set(this.name, new WeakRef(this));
    forgotten.register(this, this.name);
  }

  /**
   * The memory, without a copy. Any number of typed arrays may be made of it; `Atomics` work on it across processes.
   *
   * @throws ProcessError with code `MP_CLOSED` after {@link close}.
   */
  get buffer(): ArrayBuffer {
    return translated(() => this.#native.buffer);
  }

  /** The memory as bytes. */
  get buf(): Uint8Array {
    return new Uint8Array(this.buffer);
  }

  /** Whether it was closed in this process. */
  get closed(): boolean {
    return this.#native.closed;
  }

  /** Lets go of it in this process: all views become empty. Who is last removes it, unless it is persistent. */
  close(): void {
    this.#native.close();
  }

  /** Removes the name: nobody attaches it any more, and who has it open keeps it. @returns Whether it had the name. */
  unlink(): boolean {
    return translated(() => this.#native.unlink());
  }

  [Symbol.dispose](): void {
    this.close();
  }

  static {
    placeOf = (memory) => ({ name: memory.name, lease: translated(() => lease(memory.#native)) });
    endLease = (memory, leased) => memory.#native.endLease(leased);
  }
}

/** Whose memory a buffer is, if it is shared memory. */
export function ownerOf(buffer: ArrayBufferLike): SharedMemory | undefined {
  return owners.get(buffer);
}

/** How another process finds memory. It is kept for that one, even if everybody closes it now. */
export function describeMemory(memory: SharedMemory): MemoryPlace {
  return placeOf(memory);
}

/** Finds memory by what {@link describeMemory} said: the object that is here already, or a new one. */
export function findMemory({ name, lease: leased }: MemoryPlace): SharedMemory {
  const here = known.get(name)?.deref();
  const memory = here === undefined || here.closed ? new SharedMemory({ name }) : here;
  endLease(memory, leased);
  return memory;
}

function open({ name, create = false, size, persistent = false }: SharedMemoryOptions): NativeMemory {
  const native = requireNative().SharedMemory;
  if (create) return native.create({ size: size ?? 0, persistent, ...(name === undefined ? {} : { name }) });
  if (name === undefined)
    throw new ProcessError(
      PROCESS_ERROR_CODES.argument,
      'Shared memory is attached by its name, or made: pass { name } or { create: true, size }.',
    );
  return native.attach(name);
}
