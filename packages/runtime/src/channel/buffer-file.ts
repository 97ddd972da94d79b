import { fstatSync, readSync, statfsSync, statSync, writeSync } from 'node:fs';
import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';

/** Memory as a file system, on Linux. On a disk a write may have to wait for it. */
const MEMORY_FOLDER = '/dev/shm';
/** A file takes at most so much of what is free there in each direction: containers often have 64 MB for everybody. */
const SHARE = 1 / 32;
/** So many bytes at most are under way in one direction; what finds no room goes through the channel itself. */
const REGION_BYTES = 1 << 24;
/** The first bytes of the file belong to others: a worker's progress record. */
const RESERVED_BYTES = 1 << 12;
/** Binary data from this size goes through the file: less is as fast through the channel. */
export const STORED_BYTES: number = 1 << 16;
/** Where data begins in the file: on a page, which is copied fastest. */
const ALIGNMENT = 1 << 12;

/** Where data lies in the file. */
export interface StoredBuffer {
  readonly offset: number;
  readonly length: number;
}

interface Place extends StoredBuffer {
  isFree: boolean;
}

/**
 * Large binary data between two processes, in a file without a name that both have open.
 *
 * A socket takes about 200 KB at a time, so a megabyte is five turns of both processes, each woken for its part. A file takes
 * it in one go, and gives it out in one go, into the memory where it stays: a third of the time. Each direction has a region
 * of its own; the reader says when it has taken something. The file's pages are used again and again, from the start.
 */
export class BufferFile {
  readonly #descriptor: number;
  readonly #writeFrom: number;
  readonly #readFrom: number;
  /** What was written and not taken, in the order in which it lies in the ring. */
  readonly #places: Place[] = [];
  #end = 0;
  /** How many bytes may lie there. */
  #room: number;

  /**
   * @param side - Which of the two ends of the channel this one is.
   * @param room - How many bytes this end may put there; see {@link roomIn}.
   */
  constructor(descriptor: number, side: 'parent' | 'child', room: number) {
    this.#descriptor = descriptor;
    this.#room = room;
    const regions = [RESERVED_BYTES, RESERVED_BYTES + REGION_BYTES] as const;
    [this.#writeFrom, this.#readFrom] = side === 'parent' ? regions : [regions[1], regions[0]];
  }

  /** Writes data, if there is room for it and it is worth it. What is written is a copy: the data may be changed afterwards. */
  put(bytes: Uint8Array): StoredBuffer | undefined {
    const { length } = bytes;
    if (length < STORED_BYTES || length > this.#room) return undefined;
    const start = this.#findRoom(length);
    if (start === undefined) return undefined;
    const offset = this.#writeFrom + start;
    try {
      for (let done = 0; done < length; )
        done += writeSync(this.#descriptor, bytes, done, length - done, offset + done);
    } catch {
      // The file system is full, or the file is closed: the channel itself has always room.
      this.#room = 0;
      return undefined;
    }
    const place = { offset, length, isFree: false };
    this.#places.push(place);
    this.#end = align(start + length);
    return place;
  }

  /** Reads data of the other end's into memory of its own. @throws ProcessError with code `MP_PROTOCOL` where there is none. */
  take({ offset, length }: StoredBuffer): Uint8Array {
    const start = offset - this.#readFrom;
    if (!(start >= 0 && length >= 0 && start + length <= REGION_BYTES)) throw notThere(offset, length);
    const memory = Buffer.allocUnsafeSlow(length);
    for (let done = 0; done < length; ) {
      const count = readSync(this.#descriptor, memory, done, length - done, offset + done);
      if (count === 0) throw notThere(offset, length);
      done += count;
    }
    return new Uint8Array(memory.buffer, memory.byteOffset, length);
  }

  /** The other end has taken what lies there. */
  free(offset: number): void {
    const place = this.#places.find((candidate) => candidate.offset === offset);
    if (place === undefined) return;
    place.isFree = true;
    while (this.#places[0]?.isFree === true) this.#places.shift();
    // From the start again, where the pages are warm.
    if (this.#places.length === 0) this.#end = 0;
  }

  /** Where in the ring so many bytes fit in one piece. */
  #findRoom(length: number): number | undefined {
    const [first] = this.#places;
    if (first === undefined) return 0;
    const start = first.offset - this.#writeFrom;
    if (this.#end > start) {
      if (this.#end + length <= this.#room) return this.#end;
      return length <= start ? 0 : undefined;
    }
    return this.#end + length <= start ? this.#end : undefined;
  }
}

/** How many bytes one end may put into a file: none where it is not in memory. */
export function roomIn(descriptor: number): number {
  try {
    if (fstatSync(descriptor).dev !== statSync(MEMORY_FOLDER).dev) return 0;
    const { bavail, bsize } = statfsSync(MEMORY_FOLDER);
    return Math.min(REGION_BYTES, Math.floor(bavail * bsize * SHARE));
  } catch {
    // Another system, or the permission model.
    return 0;
  }
}

function align(offset: number): number {
  return Math.ceil(offset / ALIGNMENT) * ALIGNMENT;
}

function notThere(offset: number, length: number): ProcessError {
  return new ProcessError(
    PROCESS_ERROR_CODES.protocol,
    `A frame names ${length} bytes at ${offset} that are not there.`,
  );
}
