import type { IntrospectionPort } from './ports.js';

/** What a kind writes its content to. */
export interface ValueSink {
  /** Any value. */
  value(value: unknown): void;
  /** A value without its content, which comes later: for values that must exist before what holds them is made. */
  shell(value: unknown): void;
  /** An unsigned integer below 2 ** 53. */
  uint(value: number): void;
  /** Any number. */
  number(value: number): void;
  /** A big integer. */
  bigint(value: bigint): void;
  /** A string. */
  text(value: string): void;
  /** A time, as the token of a date. */
  date(time: number): void;
  /** An extension whose payload is one unsigned integer. */
  extension(type: number, value: number): void;
  /** The head of a map. */
  mapHead(size: number): void;
  /** The keys and values of a map. */
  entries(map: Map<unknown, unknown>): void;
  /** The members of a set. */
  members(set: Set<unknown>): void;
  /** The elements of an array, with its holes. */
  elements(array: readonly unknown[]): void;
  /** Properties, with all their attributes. */
  properties(object: object, keys: readonly (string | symbol)[]): void;
  /** The memory behind a view; its bytes from `start` to `end` are needed. */
  memory(buffer: ArrayBuffer | SharedArrayBuffer, start: number, end: number, wholeNeeded: boolean): void;
  /**
   * Gives an object its identity that is made together with the one being written, such as a URL's parameters.
   *
   * @returns Whether it has one now; not where it was met before, or identity is not kept.
   */
  companion(object: object): boolean;
  /** The number of an object that was met, or is being written; -1 where it was not, or identity is not kept. */
  placeOf(object: object): number;
  /** Says whose part an object is that was met before its owner. The value is then written once more. */
  noteOwner(object: object, owner: object): void;
  /** The owner of an object, as far as {@link noteOwner} said. */
  ownerOf(object: object): object | undefined;
  /** Says that an iterator was written without what it goes through: that is looked for, and the value written once more. */
  noteIterator(iterator: object): void;
  /** Says that reviving what was written is a way to a callable. */
  markCode(): void;
  /** The error that refuses a value: what it is and why it cannot travel, and what to do instead. */
  refuse(value: object, what: string, instead: string): Error;
  /** Reads what the language hides, where the host lets us. */
  readonly introspection: IntrospectionPort | undefined;
  /** Bytes of a Blob that were read before the call. */
  blobBytes(blob: object): Uint8Array | undefined;
}

/** What a kind reads its content from. */
export interface ValueSource {
  /** Any value. */
  value(): unknown;
  /** A value that must be an object or a function. */
  object(): object;
  /** An unsigned integer below 2 ** 53. */
  uint(): number;
  /** How many things of at least `size` bytes follow: held against what is left. */
  count(size: number): number;
  /** A number. */
  number(): number;
  /** A big integer. */
  bigint(): bigint;
  /** A string. */
  text(): string;
  /** Gives the object its identity. To be called once, before parts that may lead back to it are read. */
  define<T extends object>(object: T): T;
  /** Keeps a place for an object that can only be made after its parts; returns how to fill it. */
  reserve(): number;
  /** Fills a place that {@link reserve} kept. */
  fill<T extends object>(place: number, object: T): T;
  /** Fills a place that what is being read inside of was given. */
  fillOuter(place: number, object: object): void;
  /** Properties, with all their attributes, onto `target`. */
  properties(target: object): void;
  /** The memory of a view and the place of `offset` in it. */
  memory(): { readonly buffer: ArrayBuffer | SharedArrayBuffer; readonly shift: number };
  /** Refuses to go on unless the payload may run code. */
  requireTrust(what: string): void;
  /** Counts steps that reading takes without a byte for each, against what bytes of that length may cost. */
  countSteps(steps: number): void;
  /** Does something when all values exist and all functions can be called. */
  finally(action: () => void): void;
  /** The error for content that this kind cannot have. */
  damaged(what: string): Error;
}

/** The code of kinds that never travel: their `write` refuses. */
export const NEVER = 71;

/** A kind of object: how it is recognised, and both directions of its content. */
export interface Kind<T extends object = object> {
  /** Names the kind on the wire; -1 where the kind has tokens of its own. */
  readonly code: number;
  /** The name of the class, as messages have it. */
  readonly name: string;
  /** The prototype that a plain member of the kind has; `undefined` where the host lacks the class. */
  readonly prototype: object | null | undefined;
  /** Recognises a member by its internal slots, across realms, without running user code. */
  test(value: object): boolean;
  /**
   * Whether an object has the internal slots of the kind, whatever it inherits from; absent where {@link Kind.test} tells. It may
   * cost an exception, so only objects are asked that the engine calls members.
   */
  accepts?(value: object): boolean;
  /** The prototype that a member has as it is read; absent where that is {@link Kind.prototype} alone. */
  ownPrototype?(value: T): object | null;
  /** How many own string keys belong to the kind itself, not to the user; -1 where that depends on the member. */
  readonly structuralKeys: number;
  /** What a shell of the kind allocates; absent where a member must be made whole. */
  readonly shell?: number;
  /** The user's own keys. By default all of them. */
  ownKeys?(value: T): readonly (string | symbol)[];
  /** Writes the content. */
  write(value: T, sink: ValueSink): void;
  /** Reads the content. Calls {@link ValueSource.define} once. */
  read(source: ValueSource): T;
}
