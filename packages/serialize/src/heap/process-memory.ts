import { fileSystem, LITTLE_ENDIAN } from '../model/platform.js';

/** Private, anonymous and writable: where an engine keeps its heap. Named ones are files, stacks and the like. */
const HEAP_REGION = /^([0-9a-f]+)-([0-9a-f]+) rw-p [0-9a-f]+ 00:00 0\s*(?:\[anon.*)?$/gm;

/**
 * The memory of this process, to be read only: Linux shows it as a file (proc(5), `/proc/pid/mem`).
 *
 * It is opened for each use: a descriptor that a forked child inherits would go on showing the memory of its parent.
 */
export class ProcessMemory {
  readonly #fs: typeof import('node:fs');
  readonly #descriptor: number;

  private constructor(fs: typeof import('node:fs'), descriptor: number) {
    this.#fs = fs;
    this.#descriptor = descriptor;
  }

  /** @returns `undefined` where there is no such file (other systems), or where it may not be read (`--permission`). */
  static open(): ProcessMemory | undefined {
    const fs = fileSystem();
    if (fs === undefined || !LITTLE_ENDIAN) return undefined;
    try {
      return new ProcessMemory(fs, fs.openSync('/proc/self/mem', 'r'));
    } catch {
      return undefined;
    }
  }

  /** @returns How many bytes could be read: fewer where the memory ends before. */
  read(address: number, into: Uint8Array, offset = 0, length: number = into.byteLength): number {
    try {
      return this.#fs.readSync(this.#descriptor, into, offset, length, address);
    } catch {
      // Nothing is there, or no longer.
      return 0;
    }
  }

  /** Where the engine's heap may be: beginnings and ends. */
  regions(): readonly (readonly [from: number, to: number])[] {
    try {
      const maps = this.#fs.readFileSync('/proc/self/maps', 'latin1');
      return Array.from(
        maps.matchAll(HEAP_REGION),
        ([, from, to]) => [Number(`0x${from}`), Number(`0x${to}`)] as const,
      );
    } catch {
      return [];
    }
  }

  close(): void {
    this.#fs.closeSync(this.#descriptor);
  }
}
