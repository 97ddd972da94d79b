import type { ValueSink } from '../model/kind.js';
import type { IntrospectionPort } from '../model/ports.js';
import { Refusal } from '../model/refusal.js';
import { ByteWriter } from '../wire/byte-writer.js';
import { MemoryTable } from './memory-table.js';
import type { WalkContext } from './walk-context.js';

const { forEach: mapForEach } = Map.prototype;
const { forEach: setForEach } = Set.prototype;

/** The ground that writing stands on: what kinds write their content by. */
export abstract class TokenSink implements ValueSink {
  readonly out: ByteWriter = new ByteWriter();
  readonly context: WalkContext;
  memories: MemoryTable = new MemoryTable();
  /** Whether anything written is a way to a callable. */
  hasCode = false;

  constructor(context: WalkContext) {
    this.context = context;
  }

  get introspection(): IntrospectionPort | undefined {
    return this.context.introspection;
  }

  abstract value(value: unknown): void;
  abstract shell(value: unknown): void;
  abstract elements(array: readonly unknown[]): void;
  abstract properties(object: object, keys: readonly (string | symbol)[]): void;
  abstract companion(object: object): boolean;
  abstract placeOf(object: object): number;

  /** Objects whose place is written and whose content is not, and what else is written later. */
  #putOff: (object | (() => void))[] = [];
  /** How deep the object lies that is being written. */
  protected depth = 0;

  /** Writes the content of an object whose place is written. */
  protected abstract whole(object: object): void;

  /** How much is put off. */
  get pending(): number {
    return this.#putOff.length;
  }

  /** Puts off an object's content, or what `rest` writes; the reader does so at the same place. */
  later(rest: object | (() => void)): void {
    this.#putOff.push(rest);
  }

  /** Writes what was put off since there were `from`. The reader reads it at the same place. */
  finish(from: number): void {
    const putOff = this.#putOff;
    if (putOff.length === from) return;
    const { depth } = this;
    // The list grows while it is worked off.
    for (let i = from; i < putOff.length; i++) {
      const next = putOff[i]!;
      this.depth = depth + 1;
      if (typeof next === 'function') (next as () => void)();
      else this.whole(next);
    }
    this.depth = depth;
    if (from > 0) putOff.length = from;
    else this.forgetPutOff();
  }

  /** Drops what was put off. */
  protected forgetPutOff(): void {
    this.#putOff = [];
  }

  #hollow: object | undefined;

  /** Writes an object, and puts off what it holds: that may lead to what is made of the object. */
  protected hollow(object: object): void {
    const around = this.#hollow;
    this.#hollow = object;
    try {
      this.value(object);
    } finally {
      this.#hollow = around;
    }
  }

  /** Whether what an object holds besides itself is to be put off. */
  isHollow(object: object): boolean {
    return object === this.#hollow;
  }

  #wantsAgain = false;
  #owners: Map<object, object> | undefined;

  noteOwner(object: object, owner: object): void {
    this.#owners ??= new Map();
    this.#owners.set(object, owner);
    this.#wantsAgain = true;
  }

  ownerOf(object: object): object | undefined {
    return this.#owners?.get(object);
  }

  /** Iterators that were written without what they go through. */
  iterators: object[] = [];

  noteIterator(iterator: object): void {
    this.iterators.push(iterator);
  }

  /** Whether the value is to be written once more. To be asked when it is written. */
  wantsAgain(): boolean {
    const wants = this.#wantsAgain;
    this.#wantsAgain = false;
    return wants;
  }

  /** To be called when a value is written for good. */
  forgetValue(): void {
    this.#owners = undefined;
    this.#wantsAgain = false;
    if (this.iterators.length > 0) this.iterators = [];
  }

  readonly #writeEntry = (value: unknown, key: unknown): void => {
    this.value(key);
    this.value(value);
  };

  readonly #writeMember = (value: unknown): void => {
    this.value(value);
  };

  entries(map: Map<unknown, unknown>): void {
    mapForEach.call(map, this.#writeEntry);
  }

  members(set: Set<unknown>): void {
    setForEach.call(set, this.#writeMember);
  }

  uint(value: number): void {
    this.out.uint(value);
  }

  number(value: number): void {
    this.out.number(value);
  }

  bigint(value: bigint): void {
    this.out.bigint(value);
  }

  text(value: string): void {
    this.out.string(value);
  }

  date(time: number): void {
    this.out.date(time);
  }

  extension(type: number, value: number): void {
    this.out.extensionUint(type, value);
  }

  mapHead(size: number): void {
    this.out.mapHead(size);
  }

  memory(buffer: ArrayBuffer | SharedArrayBuffer, start: number, end: number, whole: boolean): void {
    this.out.uint(this.memories.need(buffer, start, end, whole));
  }

  markCode(): void {
    this.hasCode = true;
  }

  refuse(value: object, what: string, instead: string): Error {
    return new Refusal(value, what, instead);
  }

  blobBytes(blob: object): Uint8Array | undefined {
    return this.context.blobs?.get(blob);
  }
}
