import { randomFillSync } from 'node:crypto';
import { addon, type MappingHandle } from '../addon.js';
import { registerAfterFork } from '../fork/after-fork.js';
import { NATIVE_ERROR_CODES, NativeError } from '../native-error.js';
import { closeDescriptor, duplicateDescriptorTo, setCloseOnExec } from '../system/descriptors.js';
import {
  createSegmentFile,
  endSegmentLease,
  keepSegmentFile,
  leaseSegmentFile,
  openSegmentFile,
  releaseSegmentFile,
  sweepSharedMemory,
  unlinkSegmentFile,
} from './files.js';

/** How shared memory is made. */
export interface SharedMemoryOptions {
  /** Its size in bytes. The memory is taken at once: a full `/dev/shm` is an error here, and never a crash later. */
  readonly size: number;
  /** The name by which others attach it. @defaultValue a name that nobody can guess */
  readonly name?: string;
  /** It stays until it is unlinked, even when nobody has it open. @defaultValue false */
  readonly persistent?: boolean;
}

/** What a segment holds of the system. It outlives the object, and goes when the memory can be reached no more. */
interface Resources {
  readonly name: string | undefined;
  descriptor: number;
}

const collected: FinalizationRegistry<Resources> = new FinalizationRegistry(release);
/** Segments that are open in this process. A forked child must open them for itself. */
const open: Set<Resources> = new Set();
let prepared = false;

/** The length of a name that nobody can guess, in bytes. */
const NAME_BYTES = 12;
/** Random bytes for such names: asking for many at once takes as long as for a few. */
const names: Buffer = Buffer.alloc(64 * NAME_BYTES);
let namesUsed: number = names.length;

/**
 * Memory that several processes have in common.
 *
 * *Named* memory is attached by name, and lives as long as anybody has it open: it does not end with its creator, no
 * exit of another destroys it, and a crash leaves nothing behind for long (see {@link sweepSharedMemory}).
 * *Anonymous* memory has no name and travels as a descriptor; it needs no space in `/dev/shm`.
 *
 * @example
 * using memory = SharedMemory.create({ size: 1024 });
 * new Int32Array(memory.buffer)[0] = 42;
 * // in another process, which was told the name:
 * using same = SharedMemory.attach(name);
 * console.log(new Int32Array(same.buffer)[0]); // 42
 */
export class SharedMemory implements Disposable {
  /** The name by which others attach it, where it has one. */
  readonly name: string | undefined;
  /** Its size in bytes. */
  readonly size: number;
  readonly #resources: Resources;
  #buffer: ArrayBuffer | undefined;
  readonly #mapping: MappingHandle;

  private constructor(name: string | undefined, descriptor: number) {
    try {
      this.name = name;
      const [buffer, mapping] = addon().map(descriptor);
      this.size = buffer.byteLength;
      this.#buffer = buffer;
      this.#mapping = mapping;
    } catch (error) {
      closeFile({ name, descriptor });
      throw error;
    }
    this.#resources = { name, descriptor };
    if (name !== undefined) keepSegmentFile(name, descriptor);
    open.add(this.#resources);
    // The buffer, not this object: a view may be all that is left of it.
    collected.register(this.#buffer, this.#resources, this.#resources);
  }

  /**
   * Makes memory with a name, filled with zeros.
   *
   * @throws NativeError `MP_SEGMENT_EXISTS` where the name is taken; `MP_SYSTEM_CALL` with `errno` `ENOSPC` where
   *   there is not enough of it.
   */
  static create(options: SharedMemoryOptions): SharedMemory {
    checkSize(options.size);
    prepare();
    const name = options.name ?? secretName();
    return new SharedMemory(name, createSegmentFile(name, options.size, options.persistent === true));
  }

  /**
   * Makes memory without a name, filled with zeros. Others get it by {@link SharedMemory.descriptor}. Its size is
   * sealed: nobody can cut it off under those who use it.
   */
  static createAnonymous(options: { readonly size: number }): SharedMemory {
    checkSize(options.size);
    prepare();
    return new SharedMemory(undefined, addon().createAnonymous('mp', options.size));
  }

  /**
   * Attaches memory that somebody made.
   *
   * @throws NativeError `MP_NO_SEGMENT` where there is none of this name.
   */
  static attach(name: string): SharedMemory {
    prepare();
    return new SharedMemory(name, openSegmentFile(name));
  }

  /** Attaches anonymous memory by a descriptor that was received. The descriptor belongs to it from now on. */
  static fromDescriptor(descriptor: number): SharedMemory {
    prepare();
    return new SharedMemory(undefined, descriptor);
  }

  /**
   * The memory, without a copy. Any number of typed arrays and data views may be made of it; {@link Atomics} work on
   * it across processes.
   *
   * @throws NativeError `MP_CLOSED` after {@link SharedMemory.close}.
   */
  get buffer(): ArrayBuffer {
    if (this.#buffer !== undefined) return this.#buffer;
    throw new NativeError(NATIVE_ERROR_CODES.closed, 'This shared memory is closed.');
  }

  /** The open file of it, to be sent to another process. It stays this object's. */
  get descriptor(): number {
    if (this.#buffer !== undefined) return this.#resources.descriptor;
    throw new NativeError(NATIVE_ERROR_CODES.closed, 'This shared memory is closed.');
  }

  /** Whether it was closed in this process. */
  get closed(): boolean {
    return this.#buffer === undefined;
  }

  /**
   * Lets go of it in this process. All views become empty: nothing can touch memory that is not there any more. The
   * last one to close named memory removes it, unless it is persistent.
   */
  close(): void {
    const buffer = this.#buffer;
    if (buffer === undefined) return;
    this.#buffer = undefined;
    collected.unregister(this.#resources);
    addon().unmap(buffer, this.#mapping);
    release(this.#resources);
  }

  /**
   * Keeps named memory for somebody who was told its name and has not attached it yet, although everybody may have
   * closed it by then: until {@link SharedMemory.endLease}, or for ten minutes. What nobody came for goes with the next
   * {@link sweepSharedMemory}.
   *
   * @returns The lease, to be told with the name. A later lease takes the place of an earlier one.
   */
  lease(): number {
    return leaseSegmentFile(this.descriptor);
  }

  /** Ends a lease: who was waited for is here. Does nothing where there is a later one. */
  endLease(lease: number): void {
    if (this.#buffer !== undefined) endSegmentLease(this.#resources.descriptor, lease);
  }

  /**
   * Removes the name: nobody attaches it any more, and who has it open keeps it.
   *
   * @returns Whether it had the name until now.
   */
  unlink(): boolean {
    return this.name !== undefined && unlinkSegmentFile(this.name);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function secretName(): string {
  if (namesUsed === names.length) {
    randomFillSync(names);
    namesUsed = 0;
  }
  namesUsed += NAME_BYTES;
  return names.toString('hex', namesUsed - NAME_BYTES, namesUsed);
}

/** Once for each: at its close, at its collection, or at the end of the thread, whichever comes first. */
function release(resources: Resources): void {
  if (open.delete(resources)) closeFile(resources);
}

function closeFile(resources: Resources): void {
  if (resources.name === undefined) closeDescriptor(resources.descriptor);
  else releaseSegmentFile(resources.name, resources.descriptor);
}

function checkSize(size: number): void {
  if (Number.isSafeInteger(size) && size > 0) return;
  throw new NativeError(
    NATIVE_ERROR_CODES.argument,
    `The size of shared memory is a positive number of bytes, not ${size}.`,
  );
}

function prepare(): void {
  if (prepared) return;
  prepared = true;
  registerAfterFork(reopen);
  process.on('exit', releaseAll);
  sweepSharedMemory();
}

/**
 * Ends the leases of all memory that this process has open: for a process with which everybody ends who could still come
 * for it.
 */
export function endLeases(): void {
  for (const { name, descriptor } of open) if (name !== undefined) endSegmentLease(descriptor);
}

/** At the end of the process, or of a worker thread: what was never closed is not left for the next sweep. */
function releaseAll(): void {
  for (const resources of open) {
    collected.unregister(resources);
    release(resources);
  }
  // Children that were ended by a signal could not do this for themselves.
  sweepSharedMemory();
}

/**
 * Gives a forked child open files of its own: a lock belongs to the open file, and the child's copy of it is the
 * parent's. The child would keep the parent's lock for it, and give it up for it.
 */
function reopen(): void {
  // The parent goes on with the names that are left.
  namesUsed = names.length;
  // A child has none of its parent's exit handlers.
  process.off('exit', releaseAll);
  process.on('exit', releaseAll);
  for (const resources of open) {
    if (resources.name === undefined) continue;
    let own: number;
    try {
      own = openSegmentFile(resources.name);
    } catch {
      // It was unlinked: the memory stays, and there is no name left to care for.
      continue;
    }
    duplicateDescriptorTo(own, resources.descriptor);
    setCloseOnExec(resources.descriptor, true);
    closeDescriptor(own);
  }
}
